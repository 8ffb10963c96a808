"""Doctor: what an account and this machine lack before a deployment, and what to do about each."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from earshot_cli.aws.call_errors import is_denied_by_the_organization, reason
from earshot_cli.deployment import account_checks, region_checks
from earshot_cli.deployment.account_checks import COMMERCIAL, SERVICE_ROLES, Client, Finding, Level
from earshot_cli.deployment.region_checks import VCPU_QUOTAS


@dataclass(frozen=True)
class Needs:
    """Settings of a deployment that decide what it needs of its account."""

    gpu: bool = True
    spot: bool = True
    zones: int | None = None  # None: the setting's default, which is two in one region
    instance_types: Sequence[str] = ("g6.xlarge", "g5.xlarge", "g4dn.xlarge")
    max_workers: int = 4
    quick_workers: int = 2
    quick_memory: int = 3008
    first: bool = True  # not an upgrade, which has its VPC
    parameters: Sequence[str] = ()  # names of AWS's parameters that the template reads

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """Return what all settings of a deployment need."""
        names = ("spot", "zones", "instance_types", "max_workers", "quick_workers", "quick_memory")
        return cls(gpu=settings["flavour"] != "cpu", **{name: settings[name] for name in names})


def examine(
    client: Client,
    needs: Needs,
    *,
    docker_needed: bool | None = False,
    run: Callable[..., Any] = subprocess.run,
) -> Iterator[Finding]:
    """Yield a finding for each check. One that AWS denies to these credentials is a warning, not an end.

    Args:
        client: returns a boto3 client for the name of a service.
        needs: needs of the deployment.
        docker_needed: without Docker the deployment fails; False: CodeBuild builds the image then; None: in any case.
        run: `subprocess.run`.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    found = account_checks.credentials(client)
    yield found
    if found.level is Level.PROBLEM:
        return
    for name, check in _checks(client, needs):
        try:
            yield check()
        except (BotoCoreError, ClientError) as error:
            yield _unanswered(name, error)
    if docker_needed is None:
        return
    found = docker(run)
    if found.level is Level.PROBLEM and not docker_needed:
        found = Finding(
            Level.WARNING,
            found.what,
            f"CodeBuild will build the image in the account. To have it built here: {found.advice}",
        )
    yield found


def _unanswered(name: str, error: Exception) -> Finding:
    """Return the finding of a check that AWS did not answer.

    A call that the organization forbids here is probably forbidden to the deployment, too: its policies name services
    or regions.
    """
    why = f"AWS did not answer the question: {reason(error)}"
    if is_denied_by_the_organization(error):
        return Finding(Level.PROBLEM, f"Not checked: {name}", why)
    return Finding(Level.WARNING, f"Not checked: {name}", f"That alone makes no deployment fail. {why}")


def _checks(client: Client, needs: Needs) -> Iterator[tuple[str, Callable[[], Finding]]]:
    """Yield the name of each check of the account that these needs take, and the check."""
    if client("sts").meta.partition == COMMERCIAL:
        yield "the account's plan", partial(account_checks.account_plan, client, gpu=needs.gpu)
    else:
        yield "the partition", partial(account_checks.partition, client)
    yield "the CDK's bootstrap", partial(account_checks.bootstrap, client)
    for name in needs.parameters:
        yield f"the parameter {name}", partial(region_checks.public_parameter, client, name)
    if needs.first:
        yield "VPCs", partial(region_checks.vpcs, client)
    yield "availability zones", partial(region_checks.availability_zones, client, needs.zones)
    if needs.quick_workers:
        limits = (needs.quick_workers, needs.quick_memory)
        yield "Lambda's concurrency", partial(region_checks.lambda_concurrency, client, *limits)
    for role in SERVICE_ROLES:
        if "Spot" not in role or (needs.gpu and needs.spot):
            yield f"the role {role}", partial(account_checks.service_role, client, role)
    if needs.gpu:
        yield "instance types", partial(region_checks.instance_types, client, needs.instance_types)
    for quota in VCPU_QUOTAS:
        if quota.gpu == needs.gpu and (needs.spot or not quota.spot):
            yield quota.name, partial(region_checks.vcpu_quota, client, quota, needs.max_workers)


def docker(run: Callable[..., Any] = subprocess.run) -> Finding:
    """Check that Docker can build the worker's image on this machine."""
    if shutil.which("docker") is None:
        return Finding(Level.PROBLEM, "There is no Docker, which builds the worker's image", "Install Docker.")
    if run(["docker", "info"], capture_output=True).returncode:
        return Finding(Level.PROBLEM, "Docker is installed but does not answer", "Start Docker.")
    return Finding(Level.OK, "Docker answers")
