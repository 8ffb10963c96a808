"""Checks of a region: zones, VPCs, instance types, and the quotas of workers and functions; `doctor` runs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from earshot_cli.deployment.account_checks import Client, Finding, Level
from earshot_contract.aws_errors import error_code

QUICK_SHARE = 4  # at most one in four of the account's concurrent functions may be a quick worker
WORKER_VCPUS = 4  # of each instance type that the GPU flavour uses, and of a task on Fargate
# An instance that was scaled in counts for minutes more, so a worker beside a leaving one needs a second share.
ROOMY_VCPUS = 16
VPC_QUOTA = "L-F678F1CE"  # VPCs per Region (https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html)
DEFAULT_ZONES, TWO_ZONE_REGION = 3, "us-west-1"  # as in infra/settings.py, which is not in the wheel
USUAL_QUICK_MEMORY = 3008  # MB that a function may have in many new accounts; no API tells an account's limit
ROOMY_CONCURRENCY = 100  # a waiting request takes one invocation for up to 25 s


@dataclass(frozen=True)
class VcpuQuota:
    """A quota that counts the vCPUs of running workers."""

    service: str  # as Service Quotas names it
    code: str
    name: str
    gpu: bool  # of instances; otherwise of Fargate
    spot: bool = False


# https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html and
# https://docs.aws.amazon.com/general/latest/gr/ecs-service.html: of Fargate a new account has 6, one worker.
VCPU_QUOTAS = (
    VcpuQuota("ec2", "L-DB2E81BA", "Running On-Demand G and VT instances", gpu=True),
    VcpuQuota("ec2", "L-3819A6DF", "All G and VT Spot Instance Requests", gpu=True, spot=True),
    VcpuQuota("fargate", "L-3032A538", "Fargate On-Demand vCPU resource count", gpu=False),
    VcpuQuota("fargate", "L-36FBB829", "Fargate Spot vCPU resource count", gpu=False, spot=True),
)


def availability_zones(client: Client, zones: int | None) -> Finding:
    """Check that the account sees as many availability zones as the deployment uses."""
    ec2 = client("ec2")
    needed = zones or (2 if ec2.meta.region_name == TWO_ZONE_REGION else DEFAULT_ZONES)
    found = ec2.describe_availability_zones(
        Filters=[{"Name": "zone-type", "Values": ["availability-zone"]}, {"Name": "state", "Values": ["available"]}]
    )["AvailabilityZones"]
    if len(found) < needed:
        return Finding(
            Level.PROBLEM,
            f"{len(found)} availability zones, and the deployment uses {needed}",
            f"Deploy with -c zones={len(found)}.",
        )
    return Finding(Level.OK, f"{len(found)} availability zones")


def vpcs(client: Client) -> Finding:
    """Check that the region has room for one more VPC: a first deployment makes one, and the quota is five."""
    count = sum(len(page["Vpcs"]) for page in client("ec2").get_paginator("describe_vpcs").paginate())
    maximum = _quota(client, "vpc", VPC_QUOTA)
    if count >= maximum:
        return Finding(
            Level.PROBLEM,
            f"{count} VPCs in the region, of {maximum:.0f} that it may have, and a deployment makes one",
            f"Delete one that nothing uses, or request more of `VPCs per Region` (Service Quotas, {VPC_QUOTA}).",
        )
    return Finding(Level.OK, f"{count} of {maximum:.0f} VPCs")


def public_parameter(client: Client, name: str) -> Finding:
    """Check that AWS publishes a parameter in the region from which the template takes a value: the ARN of a layer."""
    from botocore.exceptions import ClientError

    try:
        client("ssm").get_parameter(Name=name)
    except ClientError as error:
        if error_code(error) != "ParameterNotFound":
            raise
        return Finding(
            Level.PROBLEM,
            f"AWS does not publish {name} in this region, and the functions use that layer",
            "Deploy into another region.",
        )
    return Finding(Level.OK, f"The region has {name}")


def instance_types(client: Client, types: Sequence[str]) -> Finding:
    """Check that the region offers an instance type of the deployment; some regions lack all of the default."""
    offers = (
        client("ec2")
        .get_paginator("describe_instance_type_offerings")
        .paginate(LocationType="region", Filters=[{"Name": "instance-type", "Values": list(types)}])
    )
    offered = sorted({offer["InstanceType"] for page in offers for offer in page["InstanceTypeOfferings"]})
    if not offered:
        return Finding(
            Level.PROBLEM,
            f"The region offers none of the instance types {', '.join(types)}",
            "Deploy into another region, name a type with one NVIDIA GPU and 4 vCPUs that it offers with "
            "-c instance_types=…, or deploy with -c flavour=cpu.",
        )
    return Finding(Level.OK, f"Instance types that the region offers: {', '.join(offered)}")


def lambda_concurrency(client: Client, quick_workers: int, quick_memory: int) -> Finding:
    """Check how many functions may run at once, new accounts may have 10, and that quick workers leave room."""
    count = client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    room = count // QUICK_SHARE
    more = "Request more of the quota `Concurrent executions` of Lambda (Service Quotas, L-B99A9384)."
    if quick_workers > room:
        return Finding(
            Level.WARNING,
            f"{count} Lambda functions may run at once, and {quick_workers} quick workers leave too few to callers",
            f"{more} Until then deploy with -c quick_workers={room}.",
        )
    if quick_memory > USUAL_QUICK_MEMORY:
        return Finding(
            Level.WARNING,
            f"Quick workers of {quick_memory} MB: an account may allow {USUAL_QUICK_MEMORY}, which no API tells",
            f"With -c quick_memory={USUAL_QUICK_MEMORY} it is never refused; for more ask AWS Support.",
        )
    if count < ROOMY_CONCURRENCY:
        return Finding(
            Level.WARNING,
            f"{count} Lambda functions may run at once: a few waiting callers take them all, others get 429",
            f"{more} Until then at most -c quick_workers={room}.",
        )
    return Finding(Level.OK, f"{count} Lambda functions may run at once: up to {room} quick workers among them")


def vcpu_quota(client: Client, quota: VcpuQuota, workers: int) -> Finding:
    """Check that a quota has room for as many workers as a deployment may run at once."""
    vcpus, name = int(_quota(client, quota.service, quota.code)), quota.name
    roomy = max(workers * WORKER_VCPUS, ROOMY_VCPUS if quota.gpu else 0)
    advice = (
        f"Request {roomy}, which takes AWS minutes to days: `aws service-quotas request-service-quota-increase "
        f"--service-code {quota.service} --quota-code {quota.code} --desired-value {roomy}`"
    )
    others = ["-c spot=false"] * quota.spot + ["-c flavour=cpu"] * quota.gpu
    if others:
        advice += f". Or deploy with {' or '.join(others)}"
    if vcpus < WORKER_VCPUS:
        return Finding(Level.PROBLEM, f"{name}: {vcpus} vCPUs, and a worker needs {WORKER_VCPUS}", f"{advice}.")
    if vcpus < roomy:
        room = f"room for {vcpus // WORKER_VCPUS} of {workers} at a time" if vcpus < workers * WORKER_VCPUS else ""
        leaving = "an instance that leaves counts for about 8 minutes more" if quota.gpu else ""
        return Finding(
            Level.WARNING, f"{name}: {vcpus} vCPUs, {'; '.join(filter(None, (room, leaving)))}", f"{advice}."
        )
    return Finding(Level.OK, f"{name}: {vcpus} vCPUs")


def _quota(client: Client, service: str, code: str) -> float:
    """Return the value of a quota in the region; of one that was never changed, AWS's default."""
    from botocore.exceptions import ClientError

    quotas = client("service-quotas")
    try:
        quota = quotas.get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]
    except ClientError as error:
        if error_code(error) != "NoSuchResourceException":
            raise
        quota = quotas.get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]
    return float(quota["Value"])
