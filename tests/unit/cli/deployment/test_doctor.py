"""Doctor: one finding a check, against answers as AWS gives them."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from earshot_cli.deployment.account_checks import Level
from earshot_cli.deployment.doctor import Needs
from infra.settings import StackSettings
from tests.fixtures.accounts.examined_account import NEEDS, findings
from tests.fixtures.rows import each_row

FREE = {"accountPlanType": "FREE"}
DENIED = "is not authorized to perform: ec2:DescribeVpcs with an explicit deny in a service control policy"
SCP = ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": DENIED}}, "DescribeVpcs")


@pytest.fixture(autouse=True)
def docker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")


def test_ready_account_has_nothing_to_do() -> None:
    found = findings({})
    assert {finding.level for finding in found} == {Level.OK}
    assert len(found) == 12
    assert [finding for finding in found if finding.advice] == []


@each_row(
    ("call", "answer", "level", "what", "advice"),
    [
        (
            ("sts", "get_caller_identity"),
            "ExpiredToken",
            Level.PROBLEM,
            "AWS cannot be used",
            "The sign-in to AWS has expired",
        ),
        (
            ("sts", "get_caller_identity"),
            NoCredentialsError(),
            Level.PROBLEM,
            "AWS cannot be used",
            "Set AWS_PROFILE, or",
        ),
        (
            ("sts", "get_caller_identity"),
            "InvalidClientTokenId",
            Level.PROBLEM,
            "in the region eu-west-1",
            "a region that the account has not enabled",
        ),
        (
            ("sts", "get_caller_identity"),
            EndpointConnectionError(endpoint_url="https://sts.eu-west-9.amazonaws.com"),
            Level.PROBLEM,
            "in the region eu-west-1",
            "Check AWS_REGION",
        ),
        (
            ("ec2", "describe_instance_type_offerings"),
            {"InstanceTypeOfferings": []},
            Level.PROBLEM,
            "offers none of the instance types g6.xlarge, g5.xlarge, g4dn.xlarge",
            "flavour=cpu",
        ),
        (("service-quotas", "get_service_quota"), "NoSuchResourceException", Level.PROBLEM, "0 vCPUs", "flavour=cpu"),
        (("freetier", "get_account_plan_state"), FREE, Level.PROBLEM, "free plan, which starts no", "flavour=cpu"),
        (("ssm", "get_parameter"), "ParameterNotFound", Level.PROBLEM, "not bootstrapped", "earshot cdk bootstrap"),
        (
            ("s3", "head_bucket"),
            "404",
            Level.PROBLEM,
            "has lost its bucket cdk-",
            "delete-stack --stack-name CDKToolkit",
        ),
        (("ec2", "describe_vpcs"), SCP, Level.PROBLEM, "Not checked: VPCs", "your AWS organization forbids it"),
        (("ssm", "get_parameter"), {"Parameter": {"Value": "5"}}, Level.PROBLEM, "version 5", "earshot cdk bootstrap"),
        (("ec2", "describe_vpcs"), {"Vpcs": [{}] * 64}, Level.PROBLEM, "64 VPCs in the region, of 64", "L-F678F1CE"),
        (("ssm", "get_parameter"), "AccessDeniedException", Level.WARNING, "Not checked", "AccessDenied"),
        (
            ("ec2", "describe_availability_zones"),
            {"AvailabilityZones": [{}, {}]},
            Level.PROBLEM,
            "2 availability zones",
            "-c zones=2",
        ),
        (
            ("lambda", "get_account_settings"),
            {"AccountLimit": {"ConcurrentExecutions": 10}},
            Level.WARNING,
            "10 Lambda functions",
            "L-B99A9384",
        ),
        (("iam", "get_role"), "NoSuchEntity", Level.PROBLEM, "AWSServiceRoleForECS", "create-service-linked-role"),
        (
            ("service-quotas", "get_service_quota"),
            {"Quota": {"Value": 0.0}},
            Level.PROBLEM,
            "0 vCPUs",
            "flavour=cpu",
        ),
        (
            ("service-quotas", "get_service_quota"),
            {"Quota": {"Value": 8.0}},
            Level.WARNING,
            "room for 2 of 4 at a time; an instance that leaves",
            "Request 16",
        ),
    ],
)
def test_what_is_missing_is_named_with_its_remedy(
    call: tuple[str, str], answer: Any, level: Level, what: str, advice: str
) -> None:
    bad = [finding for finding in findings({call: answer}) if finding.level is not Level.OK]
    found = next(finding for finding in bad if what in finding.what)
    assert found.level is level
    assert advice in found.advice


@pytest.mark.parametrize(
    ("needs", "checks"),
    [
        (Needs(gpu=False), 10),
        (Needs(gpu=False, spot=False), 9),
        (Needs(spot=False), 10),  # neither Spot's quota nor its role
        (Needs(quick_workers=0), 11),
        (Needs(first=False), 11),  # an upgrade has its VPC
    ],
)
def test_what_is_not_needed_is_not_checked(needs: Needs, checks: int) -> None:
    assert len(findings({}, needs)) == checks


@pytest.mark.parametrize("region", ["aws-global", None])  # of older releases of botocore, and of newer ones
def test_missing_region_is_named(region: str | None) -> None:
    [found] = findings({}, region=region)
    assert (found.level, found.what) == (Level.PROBLEM, "No AWS region is set")


def test_needs_are_the_defaults_of_the_settings() -> None:
    settings = json.loads(StackSettings().to_json())
    assert Needs.of(settings) == dataclasses.replace(NEEDS, zones=3, instance_types=list(NEEDS.instance_types))


@pytest.mark.parametrize(
    ("docker_needed", "level", "advice"),
    [(True, Level.PROBLEM, "Install Docker."), (False, Level.WARNING, "CodeBuild will build the image")],
)
def test_missing_docker_matters_where_it_builds(
    monkeypatch: pytest.MonkeyPatch, docker_needed: bool, level: Level, advice: str
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    found = findings({}, docker_needed=docker_needed)[-1]
    assert found.level is level
    assert advice in found.advice


def test_free_plan_is_noted_where_nothing_needs_a_gpu() -> None:
    [bad] = [f for f in findings({("freetier", "get_account_plan_state"): FREE}, Needs(gpu=False)) if f.advice]
    assert (bad.level, "closes it when its credits are used up" in bad.what) == (Level.WARNING, True)


def test_account_older_than_the_plans_pays() -> None:
    old = {("freetier", "get_account_plan_state"): "ResourceNotFoundException"}
    assert {finding.level for finding in findings(old)} == {Level.OK}


@pytest.mark.parametrize("answer", [{}, "404"])
def test_bucket_of_an_earlier_bootstrap_is_named(answer: Any) -> None:
    """CloudFormation leaves it when CDKToolkit is deleted, and the next bootstrap fails at it."""
    gone = {("ssm", "get_parameter"): "ParameterNotFound", ("s3", "head_bucket"): answer}
    [found] = [finding for finding in findings(gone) if "not bootstrapped" in finding.what]
    assert ("has left its bucket cdk-hnb659fds-assets-123456789012-eu-west-1" in found.what) is (answer == {})
    assert "earshot cdk bootstrap" in found.advice


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov", "aws-eusc"])
def test_other_partitions_are_named_and_have_no_plan(partition: str) -> None:
    broken = {("freetier", "get_account_plan_state"): "UnrecognizedClientException"}
    [bad] = [finding for finding in findings(broken, partition=partition) if finding.advice]
    assert (bad.level, f"of the partition {partition}" in bad.what) == (Level.WARNING, True)


def test_docker_is_no_matter_where_codebuild_is_chosen() -> None:
    assert [found.what for found in findings({}, docker_needed=None) if "Docker" in found.what] == []
