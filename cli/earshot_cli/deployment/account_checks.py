"""Checks of an AWS account before a deployment, one finding each; `doctor` runs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from earshot_cli.aws.call_errors import reason
from earshot_contract.aws_errors import error_code

Client = Callable[[str], Any]  # name of a service → boto3 client

QUALIFIER = "hnb659fds"  # of the CDK's bootstrap
BOOTSTRAP_PARAMETER = f"/cdk-bootstrap/{QUALIFIER}/version"
BOOTSTRAP_VERSION = 6  # the minimum that the template accepts (its rule `CheckBootstrapVersion`)
NO_REGION = "aws-global"  # what older releases of botocore say where no region is set; newer ones say None
COMMERCIAL = "aws"  # the partition of most regions; others: China, two GovClouds, the European Sovereign Cloud
SERVICE_ROLES = {
    "AWSServiceRoleForECS": "ecs.amazonaws.com",
    "AWSServiceRoleForEC2Spot": "spot.amazonaws.com",
}


class Level(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    WARNING = "warning"  # the deployment works, with a limit
    PROBLEM = "problem"  # the deployment fails


@dataclass(frozen=True)
class Finding:
    """The result of one check. `advice` says what to do; empty where nothing is to be done."""

    level: Level
    what: str
    advice: str = ""


def credentials(client: Client) -> Finding:
    """Check that AWS accepts the credentials, in this region."""
    from botocore.exceptions import BotoCoreError, ClientError

    sts = client("sts")
    region = sts.meta.region_name
    if region in (None, NO_REGION):
        return Finding(Level.PROBLEM, "No AWS region is set", "Set AWS_REGION, for example AWS_REGION=eu-central-1.")
    try:
        identity = sts.get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        why = reason(error)
        return Finding(Level.PROBLEM, f"AWS cannot be used in the region {region}", f"{why[:1].upper()}{why[1:]}")
    return Finding(Level.OK, f"Credentials of {identity['Arn']}, region {region}")


def partition(client: Client) -> Finding:
    """Report services that a region outside AWS's commercial partition may lack."""
    meta = client("sts").meta
    return Finding(
        Level.WARNING,
        f"{meta.region_name} is of the partition {meta.partition}: Earshot was written for AWS's commercial regions",
        "Where ECS Managed Instances are missing, deploy with -c flavour=cpu. In China public addresses need an ICP "
        "recordal. The price of a worker has to be set, with -c worker_price=….",
    )


def account_plan(client: Client, *, gpu: bool) -> Finding:
    """Check that the account is not on AWS's free plan, which starts small instances only, and ends.

    https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_freetier_GetAccountPlanState.html
    """
    from botocore.exceptions import ClientError

    try:
        plan = client("freetier").get_account_plan_state().get("accountPlanType")
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":  # the account is older than the plans
            raise
        plan = None
    if plan != "FREE":
        return Finding(Level.OK, "The account pays for what it uses")
    upgrade = "Upgrade it to the paid plan in the Billing console; what is left of its credits stays"
    if gpu:
        what = "The account is on AWS's free plan, which starts no instance with a GPU"
        return Finding(Level.PROBLEM, what, f"{upgrade}. Or deploy with -c flavour=cpu.")
    what = "The account is on AWS's free plan: AWS closes it when its credits are used up, after six months at most"
    return Finding(Level.WARNING, what, f"{upgrade}.")


def bootstrap(client: Client) -> Finding:
    """Check that the account and region were bootstrapped for the CDK, and still have its bucket."""
    from botocore.exceptions import ClientError

    account, region = client("sts").get_caller_identity()["Account"], client("ssm").meta.region_name
    bucket = f"cdk-{QUALIFIER}-assets-{account}-{region}"
    advice = "`earshot cdk bootstrap`, once for an account and region."
    try:
        value = client("ssm").get_parameter(Name=BOOTSTRAP_PARAMETER)["Parameter"]["Value"]
    except ClientError as error:
        if error_code(error) != "ParameterNotFound":
            raise
        what = "This account and region were not bootstrapped for the CDK"
        if _has_bucket(client, bucket):  # the bootstrap's stack leaves it, and cannot be made again beside it
            what = f"{what}, and an earlier bootstrap has left its bucket {bucket}"
            advice = f"Delete that bucket if nothing needs its content; then {advice}"
        return Finding(Level.PROBLEM, what, advice)
    if int(value) < BOOTSTRAP_VERSION:
        return Finding(Level.PROBLEM, f"The CDK's bootstrap has version {value}, too old: {BOOTSTRAP_VERSION}", advice)
    if _has_bucket(client, bucket) is False:
        return Finding(
            Level.PROBLEM,
            f"The CDK's bootstrap has lost its bucket {bucket}",
            f"`aws cloudformation delete-stack --stack-name CDKToolkit`; then {advice}",
        )
    return Finding(Level.OK, f"CDK bootstrap, version {value}")


def _has_bucket(client: Client, bucket: str) -> bool | None:
    """Return whether a bucket exists; None if these credentials may not know."""
    from botocore.exceptions import ClientError

    try:
        client("s3").head_bucket(Bucket=bucket)
    except ClientError as error:
        return False if error_code(error) in ("404", "NoSuchBucket") else None
    return True


def service_role(client: Client, role: str) -> Finding:
    """Check that a service-linked role exists: in a fresh account the first cluster is refused without ECS's."""
    from botocore.exceptions import ClientError

    try:
        client("iam").get_role(RoleName=role)
    except ClientError as error:
        if error_code(error) != "NoSuchEntity":
            raise
        return Finding(
            Level.PROBLEM,
            f"There is no service-linked role {role}",
            f"`aws iam create-service-linked-role --aws-service-name {SERVICE_ROLES[role]}` makes it.",
        )
    return Finding(Level.OK, f"Service-linked role {role}")
