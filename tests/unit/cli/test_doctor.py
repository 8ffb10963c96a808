"""Doctor: one finding a check, against answers as AWS gives them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from earshot_cli.doctor import Finding, Level, examine

# Answers of an account in which everything is there, by service and operation.
HEALTHY: dict[str, dict[str, Any]] = {
    "sts": {"get_caller_identity": {"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/me"}},
    "ssm": {"get_parameter": {"Parameter": {"Name": "/cdk-bootstrap/hnb659fds/version", "Value": "28"}}},
    "ec2": {"describe_availability_zones": {"AvailabilityZones": [{"ZoneName": f"eu-west-1{z}"} for z in "abc"]}},
    "lambda": {"get_account_settings": {"AccountLimit": {"ConcurrentExecutions": 1000}}},
    "iam": {"get_role": {"Role": {"RoleName": "AWSServiceRoleForECS"}}},
    "service-quotas": {"get_service_quota": {"Quota": {"QuotaName": "G and VT", "Value": 64.0}}},
}


def findings(changes: dict[tuple[str, str], Any], *, gpu: bool = True, docker_needed: bool = True) -> list[Finding]:
    def client(service: str) -> Any:
        def answer(operation: str) -> Any:
            value = changes.get((service, operation), HEALTHY[service][operation])

            def call(**_: Any) -> Any:
                if isinstance(value, str):
                    raise ClientError({"Error": {"Code": value, "Message": "no"}}, operation)
                return value

            return call

        return SimpleNamespace(**{operation: answer(operation) for operation in HEALTHY[service]})

    answers = SimpleNamespace(returncode=0)
    return list(examine(client, gpu=gpu, zones=3, docker_needed=docker_needed, run=lambda *_, **__: answers))


@pytest.fixture(autouse=True)
def docker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")


def test_ready_account_has_nothing_to_do() -> None:
    found = findings({})
    assert {finding.level for finding in found} == {Level.OK}
    assert len(found) == 9
    assert [finding for finding in found if finding.advice] == []


@pytest.mark.parametrize(
    ("call", "answer", "level", "what", "advice"),
    [
        (("sts", "get_caller_identity"), "ExpiredToken", Level.PROBLEM, "No valid AWS credentials", "AWS_PROFILE"),
        (("ssm", "get_parameter"), "ParameterNotFound", Level.PROBLEM, "not bootstrapped", "earshot cdk bootstrap"),
        (("ssm", "get_parameter"), {"Parameter": {"Value": "5"}}, Level.PROBLEM, "version 5", "earshot cdk bootstrap"),
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
            "room for 2 at a time",
            "Request 16",
        ),
    ],
)
def test_what_is_missing_is_named_with_its_remedy(
    call: tuple[str, str], answer: Any, level: Level, what: str, advice: str
) -> None:
    bad = [finding for finding in findings({call: answer}) if finding.level is not Level.OK]
    assert bad[0].level is level
    assert what in bad[0].what
    assert advice in bad[0].advice


def test_cpu_flavour_needs_no_gpu_quota() -> None:
    nothing = {("service-quotas", "get_service_quota"): {"Quota": {"Value": 0.0}}}
    assert {finding.level for finding in findings(nothing, gpu=False)} == {Level.OK}


@pytest.mark.parametrize(
    ("docker_needed", "level", "advice"),
    [(True, Level.PROBLEM, "Install Docker."), (False, Level.WARNING, "CodeBuild builds it")],
)
def test_missing_docker_matters_where_it_builds(
    monkeypatch: pytest.MonkeyPatch, docker_needed: bool, level: Level, advice: str
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    found = findings({}, docker_needed=docker_needed)[-1]
    assert found.level is level
    assert advice in found.advice
