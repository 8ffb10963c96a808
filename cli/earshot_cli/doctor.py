"""Doctor: what an account and this machine lack before a deployment, and what to do about each."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from earshot_contract.aws_errors import error_code

Client = Callable[[str], Any]  # name of a service → boto3 client

BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
QUICK_SHARE = 4  # the most of the account's concurrent functions that may be quick workers: one in so many
BOOTSTRAP_VERSION = 6  # the least that the template accepts (its rule `CheckBootstrapVersion`)
WORKER_VCPUS = 4  # of each instance type that the GPU flavour uses
# An instance that was scaled in counts for minutes more, so a worker beside a leaving one needs a second share.
ROOMY_VCPUS = 16
# Codes of EC2's quotas in vCPUs (https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html).
GPU_QUOTAS = {
    "L-DB2E81BA": "Running On-Demand G and VT instances",
    "L-3819A6DF": "All G and VT Spot Instance Requests",
}
ROOMY_CONCURRENCY = 100  # a waiting request takes one invocation for up to 25 s
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


def examine(
    client: Client,
    *,
    gpu: bool,
    zones: int,
    docker_needed: bool = False,
    run: Callable[..., Any] = subprocess.run,
) -> Iterator[Finding]:
    """Yield a finding for each check. One that AWS denies to these credentials is a warning, not an end.

    Args:
        client: returns a boto3 client for the name of a service.
        gpu: whether workers run on GPUs.
        zones: availability zones that the deployment uses.
        docker_needed: without Docker the deployment fails; otherwise CodeBuild builds the image.
        run: `subprocess.run`.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        identity = client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        yield Finding(
            Level.PROBLEM,
            f"No valid AWS credentials: {error}",
            "Set AWS_PROFILE and AWS_REGION, or sign in with `aws sso login`.",
        )
        return
    yield Finding(Level.OK, f"Credentials of {identity['Arn']}")
    checks: list[tuple[str, Callable[[], Finding]]] = [
        ("the CDK's bootstrap", lambda: bootstrap(client)),
        ("availability zones", lambda: availability_zones(client, zones)),
        ("Lambda's concurrency", lambda: lambda_concurrency(client)),
    ]
    roles = SERVICE_ROLES if gpu else {"AWSServiceRoleForECS": SERVICE_ROLES["AWSServiceRoleForECS"]}
    checks += [(f"the role {role}", lambda role=role: service_role(client, role)) for role in roles]  # type: ignore[misc]
    if gpu:
        checks += [(name, lambda code=code: gpu_quota(client, code)) for code, name in GPU_QUOTAS.items()]  # type: ignore[misc]
    for name, check in checks:
        try:
            yield check()
        except (BotoCoreError, ClientError) as error:
            yield Finding(Level.WARNING, f"Not checked: {name}", f"{error}")
    found = docker(run)
    if found.level is Level.PROBLEM and not docker_needed:
        found = Finding(Level.WARNING, found.what, f"CodeBuild builds it in the account then; or: {found.advice}")
    yield found


def bootstrap(client: Client) -> Finding:
    """Check that the account and region were bootstrapped for the CDK."""
    from botocore.exceptions import ClientError

    advice = "`earshot cdk bootstrap`, once for an account and region."
    try:
        value = client("ssm").get_parameter(Name=BOOTSTRAP_PARAMETER)["Parameter"]["Value"]
    except ClientError as error:
        if error_code(error) != "ParameterNotFound":
            raise
        return Finding(Level.PROBLEM, "This account and region were not bootstrapped for the CDK", advice)
    if int(value) < BOOTSTRAP_VERSION:
        return Finding(Level.PROBLEM, f"The CDK's bootstrap has version {value}, too old: {BOOTSTRAP_VERSION}", advice)
    return Finding(Level.OK, f"CDK bootstrap, version {value}")


def availability_zones(client: Client, zones: int) -> Finding:
    """Check that the account sees as many availability zones as the deployment uses."""
    found = client("ec2").describe_availability_zones(
        Filters=[{"Name": "zone-type", "Values": ["availability-zone"]}, {"Name": "state", "Values": ["available"]}]
    )["AvailabilityZones"]
    if len(found) < zones:
        return Finding(
            Level.PROBLEM,
            f"{len(found)} availability zones, and the deployment uses {zones}",
            f"Deploy with -c zones={len(found)}.",
        )
    return Finding(Level.OK, f"{len(found)} availability zones")


def lambda_concurrency(client: Client) -> Finding:
    """Check how many functions may run at once: new accounts may have 10."""
    count = client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    if count < ROOMY_CONCURRENCY:
        return Finding(
            Level.WARNING,
            f"{count} Lambda functions may run at once: a few waiting callers take them all, others get 503",
            "Request more of the quota `Concurrent executions` of Lambda (Service Quotas, L-B99A9384). Until then at "
            f"most -c quick_workers={count // QUICK_SHARE} of 3,008 MB; `quick_memory` above that needs AWS Support.",
        )
    return Finding(
        Level.OK, f"{count} Lambda functions may run at once: up to {count // QUICK_SHARE} quick workers among them"
    )


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
            f"aws iam create-service-linked-role --aws-service-name {SERVICE_ROLES[role]}",
        )
    return Finding(Level.OK, f"Service-linked role {role}")


def gpu_quota(client: Client, code: str) -> Finding:
    """Check one of EC2's quotas for GPU instances."""
    quota = client("service-quotas").get_service_quota(ServiceCode="ec2", QuotaCode=code)["Quota"]
    vcpus, name = int(quota["Value"]), GPU_QUOTAS[code]
    advice = f"Request {ROOMY_VCPUS} of `{name}` (Service Quotas, {code}), or deploy with -c flavour=cpu."
    if vcpus < WORKER_VCPUS:
        return Finding(Level.PROBLEM, f"{name}: {vcpus} vCPUs, and a worker needs {WORKER_VCPUS}", advice)
    if vcpus < ROOMY_VCPUS:
        room = f"room for {vcpus // WORKER_VCPUS} at a time; an instance that leaves counts for about 8 minutes more"
        return Finding(Level.WARNING, f"{name}: {vcpus} vCPUs, {room}", advice)
    return Finding(Level.OK, f"{name}: {vcpus} vCPUs")


def docker(run: Callable[..., Any] = subprocess.run) -> Finding:
    """Check that Docker can build the worker's image on this machine."""
    if shutil.which("docker") is None:
        return Finding(Level.PROBLEM, "There is no Docker, which builds the worker's image", "Install Docker.")
    if run(["docker", "info"], capture_output=True).returncode:
        return Finding(Level.PROBLEM, "Docker is installed but does not answer", "Start Docker.")
    return Finding(Level.OK, "Docker answers")
