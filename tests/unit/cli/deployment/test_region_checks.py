"""Checks of a region: zones, layers, and quotas beside what the settings need."""

from __future__ import annotations

import pytest

from earshot_cli.deployment.account_checks import Level
from earshot_cli.deployment.doctor import Needs
from earshot_cli.deployment.region_checks import TWO_ZONE_REGION
from infra.settings import TWO_ZONE_REGIONS
from tests.fixtures.accounts.examined_account import findings


@pytest.fixture(autouse=True)
def docker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")


@pytest.mark.parametrize(
    ("concurrent", "needs", "what"),
    [
        (10, Needs(quick_workers=3), "3 quick workers leave too few"),
        (1000, Needs(quick_memory=10_240), "Quick workers of 10240 MB"),
    ],
)
def test_quick_workers_beyond_an_account_are_noted(concurrent: int, needs: Needs, what: str) -> None:
    account = {("lambda", "get_account_settings"): {"AccountLimit": {"ConcurrentExecutions": concurrent}}}
    [bad] = [finding for finding in findings(account, needs) if finding.level is not Level.OK]
    assert what in bad.what
    assert bad.level is Level.WARNING


@pytest.mark.parametrize(
    ("vcpus", "needs", "level", "what", "advice"),
    [
        # A new account has 6 of Fargate's; without them RunTask fails, each time, on both kinds of capacity.
        (6, Needs(gpu=False), Level.WARNING, "Fargate On-Demand vCPU resource count: 6 vCPUs, room for 1 of 4", "16"),
        (0, Needs(gpu=False), Level.PROBLEM, "Fargate Spot vCPU resource count: 0 vCPUs", "L-36FBB829"),
        (16, Needs(gpu=False), Level.OK, "", ""),
        (16, Needs(max_workers=12), Level.WARNING, "16 vCPUs, room for 4 of 12 at a time", "Request 48"),
        (4, Needs(max_workers=1), Level.WARNING, "4 vCPUs, an instance that leaves counts", "Request 16"),
        (64, Needs(max_workers=12), Level.OK, "", ""),
    ],
)
def test_quota_has_room_for_the_workers_of_the_settings(
    vcpus: int, needs: Needs, level: Level, what: str, advice: str
) -> None:
    found = findings({("service-quotas", "get_service_quota"): {"Quota": {"Value": vcpus}}}, needs)
    quotas = [finding for finding in found if " vCPUs" in finding.what]
    assert {finding.level for finding in quotas} == {level}
    assert [finding for finding in quotas if what in finding.what and advice in finding.advice]
    short = level is not Level.OK
    for finding in quotas:
        assert ("flavour=cpu" in finding.advice) == (needs.gpu and short)
        assert ("spot=false" in finding.advice) == ("Spot" in finding.what and short)


def test_layer_that_a_region_lacks_is_named() -> None:
    missing = {("ssm", "get_parameter"): "ParameterNotFound"}
    bootstrap, layer = findings(missing, Needs(parameters=["/aws/service/powertools/x"]))[2:4]
    assert "not bootstrapped" in bootstrap.what
    assert (layer.level, "/aws/service/powertools/x" in layer.what) == (Level.PROBLEM, True)


def test_two_zones_are_enough_where_two_are_the_default() -> None:
    two = {("ec2", "describe_availability_zones"): {"AvailabilityZones": [{}, {}]}}
    assert {finding.level for finding in findings(two, region="us-west-1")} == {Level.OK}
    assert Level.PROBLEM in {finding.level for finding in findings(two, Needs(zones=3), region="us-west-1")}
    assert {TWO_ZONE_REGION} == TWO_ZONE_REGIONS
