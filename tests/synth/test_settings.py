"""Settings of a deployment: how they are read, and what they change in the template."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import aws_cdk as cdk
import pytest

from infra import ROOT
from infra.settings import Flavour, StackSettings
from tests.synth.assembly import Assembly
from tests.synth.state_machine_checks import find_faults

OTHERS = {"spot": "false", "zones": "2", "permissions_boundary": "teams/boundary"}


def settings_from_context(**context: Any) -> StackSettings:
    return StackSettings.from_context(cdk.App(context=context).node)


def container(assembly: Assembly) -> tuple[dict[str, Any], dict[str, Any]]:
    _, task = assembly.resource("ECS::TaskDefinition")
    [container_definition] = task["ContainerDefinitions"]
    return task, container_definition


def test_context_strings_are_parsed_to_types() -> None:
    settings = settings_from_context(flavour="cpu", spot="false", max_workers="8", instance_types="g6.xlarge,g5.xlarge")
    assert settings.flavour is Flavour.CPU
    assert settings.spot is False
    assert settings.max_workers == 8
    assert settings.instance_types == ("g6.xlarge", "g5.xlarge")


def test_cpu_flavour_changes_default_model() -> None:
    assert settings_from_context().default_model == "large-v3-turbo"
    assert settings_from_context(flavour="cpu").default_model == "small"
    assert settings_from_context(flavour="cpu").speed < settings_from_context().speed
    assert settings_from_context(flavour="cpu", default_model="base").default_model == "base"


@pytest.mark.parametrize(
    ("context", "message"),
    [
        ({"flavour": "tpu"}, r"flavour='tpu'"),
        ({"spot": "maybe"}, r"spot='maybe'"),
        ({"max_workers": "many"}, r"max_workers='many'"),
        ({"max_workers": "0"}, r"max_workers=0 is too small: 1"),
        ({"requests_a_minute": "5"}, r"10 is the minimum"),
        ({"zones": "7"}, r"zones=7 is too large"),
        ({"permissions_boundary": "arn:aws:iam::1:policy/x"}, r"the name of a policy of the account, not its ARN"),
        ({"name": "2nd stack"}, r"no name of a deployment"),
        ({"max_worker": "8"}, r"max_worker is no setting: perhaps max_workers was meant"),
    ],
)
def test_invalid_context_value_is_named_in_error(context: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        settings_from_context(**context)


def test_gpu_worker_runs_on_managed_instances(gpu: Assembly) -> None:
    task, container_definition = container(gpu)
    assert task["RequiresCompatibilities"] == ["MANAGED_INSTANCES"]
    assert task["NetworkMode"] == "host"
    assert container_definition["ResourceRequirements"] == [{"Type": "GPU", "Value": "1"}]
    launch_templates = {}
    for provider in gpu.resources("ECS::CapacityProvider").values():
        managed = provider["ManagedInstancesProvider"]
        launch = managed["InstanceLaunchTemplate"]
        launch_templates[launch["CapacityOptionType"]] = launch
        assert managed["InfrastructureOptimization"] == {"ScaleInAfter": 60}
        assert launch["LocalStorageConfiguration"] == {"UseLocalStorage": True}
        assert launch["InstanceRequirements"]["AcceleratorManufacturers"] == ["nvidia"]
    assert set(launch_templates) == {"SPOT", "ON_DEMAND"}


def test_price_protection_excludes_no_listed_type(gpu: Assembly) -> None:
    """Defaults of EC2: on demand 20 % above the cheapest type, which g6 and g5 are beside g4dn."""
    for provider in gpu.resources("ECS::CapacityProvider").values():
        requirements = provider["ManagedInstancesProvider"]["InstanceLaunchTemplate"]["InstanceRequirements"]
        assert requirements["OnDemandMaxPricePercentageOverLowestPrice"] == 999_999
        assert requirements["MaxSpotPriceAsPercentageOfOptimalOnDemandPrice"] == 999_999
        assert len(requirements["AllowedInstanceTypes"]) == 3


def test_zones_are_a_setting_and_two_in_us_west_1(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_from_context().zones == 3
    monkeypatch.setenv("CDK_DEFAULT_REGION", "us-west-1")
    assert settings_from_context().zones == 2
    assert settings_from_context(zones="1").zones == 1


def test_fewer_zones_move_no_subnet(gpu: Assembly, synthesized: Callable[..., Assembly]) -> None:
    two = synthesized(**OTHERS).resources("EC2::Subnet")
    assert len(two) == 2
    assert two.items() <= gpu.resources("EC2::Subnet").items()


def test_every_role_has_the_permissions_boundary(gpu: Assembly, synthesized: Callable[..., Assembly]) -> None:
    """One role without it, and an account that demands one refuses the whole stack."""
    bounded = synthesized(**OTHERS).resources("IAM::Role")
    policies = [json.dumps(role["PermissionsBoundary"]) for role in bounded.values()]
    assert len(policies) > 15
    assert all(":policy/teams/boundary" in policy and "AWS::Partition" in policy for policy in policies)
    assert not any("PermissionsBoundary" in role for role in gpu.resources("IAM::Role").values())


def test_settings_output_holds_every_setting(gpu: Assembly, public: Assembly) -> None:
    settings = json.loads(public.template["Outputs"]["Settings"]["Value"])
    assert settings["public"] is True
    assert set(settings) == {field.name for field in fields(StackSettings)}
    assert json.loads(gpu.template["Outputs"]["Settings"]["Value"])["public"] is False


def test_launches_use_their_own_capacity_provider(gpu: Assembly, cpu: Assembly) -> None:
    def provider(assembly: Assembly, state: str) -> str:
        run, _ = assembly.state_machines()["worker"]["States"][f"Launch{state}"]["Branches"]
        [strategy] = run["States"][f"RunWorker{state}"]["Parameters"]["CapacityProviderStrategy"]
        return strategy["CapacityProvider"]

    assert provider(gpu, "Spot").startswith("WorkersCapacitySpot")
    assert provider(gpu, "OnDemand").startswith("WorkersCapacityOnDemand")
    assert provider(cpu, "Spot") == "FARGATE_SPOT"
    assert provider(cpu, "OnDemand") == "FARGATE"


def test_cpu_worker_runs_on_fargate(cpu: Assembly) -> None:
    task, container_definition = container(cpu)
    assert task["RequiresCompatibilities"] == ["FARGATE"]
    assert task["NetworkMode"] == "awsvpc"
    assert "ResourceRequirements" not in container_definition
    assert cpu.resources("ECS::CapacityProvider") == {}
    _, cluster = cpu.resource("ECS::ClusterCapacityProviderAssociations")
    assert cluster["CapacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert cpu.functions()["prepare"]["Environment"]["Variables"]["DEFAULT_MODEL"] == "small"


def test_worker_requires_the_device_it_is_paid_for(gpu: Assembly, cpu: Assembly) -> None:
    for assembly, device in ((gpu, "cuda"), (cpu, "cpu")):
        environment = {v["Name"]: v["Value"] for v in container(assembly)[1]["Environment"]}
        assert environment["EARSHOT_DEVICE"] == device


def test_image_build_argument_is_the_flavour(gpu: Assembly, cpu: Assembly) -> None:
    for assembly, flavour in ((gpu, "gpu"), (cpu, "cpu")):
        manifest = (assembly.folder / "Earshot.assets.json").read_text()
        assert f'"FLAVOUR": "{flavour}"' in manifest


def test_image_holds_the_worker_and_nothing_else(gpu: Assembly) -> None:
    """Every file in the image is part of its hash: a change of any other file must build no new image."""
    assets = json.loads((gpu.folder / "Earshot.assets.json").read_text())["dockerImages"].values()
    for folder in {asset["source"]["directory"] for asset in assets}:
        files = {path.relative_to(gpu.folder / folder).as_posix() for path in (gpu.folder / folder).rglob("*.*")}
        allowed = (
            "containers/transcriber/transcriber",
            "containers/transcriber/requirements",
            "events/earshot_contract",
        )
        assert {name for name in files if not name.startswith(allowed)} == set()
        assert "containers/transcriber/transcriber/__main__.py" in files


def test_rejected_setting_is_one_line_for_the_cdk() -> None:
    context = json.dumps({"max_workers": "many"})
    app = subprocess.run(
        [sys.executable, "-m", "infra.app"],
        cwd=ROOT,
        env={**os.environ, "CDK_CONTEXT_JSON": context},
        capture_output=True,
        text=True,
    )
    assert app.returncode == 1
    assert app.stderr == "Context max_workers='many' cannot be read: give a value like '4'.\n"


def test_container_environment_is_same_in_all_flavours(assembly: Assembly) -> None:
    _, container_definition = container(assembly)
    environment = {v["Name"]: v["Value"] for v in container_definition["Environment"]}
    assert set(environment) == {
        "FAST_QUEUE_URL",
        "BULK_QUEUE_URL",
        "TABLE",
        "MODELS_BUCKET",
        "DEFAULT_MODEL",
        "IDLE_SECONDS",
        "EARSHOT_DEVICE",
    }
    assert environment["DEFAULT_MODEL"] in ("large-v3-turbo", "small")
    assert environment["IDLE_SECONDS"] == "20", "with quick workers"
    assert container_definition["StopTimeout"] <= 120, "a Spot interruption leaves two minutes, and ECS allows no more"


def test_firewall_exists_in_public_mode_only(gpu: Assembly, public: Assembly) -> None:
    assert gpu.resources("WAFv2::WebACL") == {}
    _, acl = public.resource("WAFv2::WebACL")
    rules = {rule["Name"]: rule["Statement"] for rule in acl["Rules"]}
    assert rules["Rate"]["RateBasedStatement"]["AggregateKeyType"] == "IP"
    assert rules["Reputation"]["ManagedRuleGroupStatement"]["Name"] == "AWSManagedRulesAmazonIpReputationList"
    assert len(rules) == 2, "the common rule set would block every body over 8 KB"
    assert "two rules at $1.00" in (ROOT / "docs/explanation/cost.md").read_text(), "AWS bills a managed group as one"
    assert public.resources("WAFv2::WebACLAssociation")
    open_to_all = [a.functions()["authorize"]["Environment"]["Variables"]["PUBLIC_ACCESS"] for a in (gpu, public)]
    assert open_to_all == ["false", "true"], "the API is open exactly where the firewall is"


def test_spot_false_leaves_on_demand_only(synthesized: Callable[..., Assembly]) -> None:
    machine = synthesized(spot="false", zones="2").state_machines()["worker"]
    states = machine["States"]
    assert find_faults(machine) == []
    assert "LaunchSpot" not in states
    assert machine["StartAt"] == states["RenewLease"]["Next"] == "Kind?"
    assert states["Kind?"]["Default"] == "LaunchOnDemand"


def test_quick_workers_0_leaves_function_and_image_out(synthesized: Callable[..., Assembly]) -> None:
    without = synthesized(quick_workers="0", zones="2")
    machine = without.state_machines()["worker"]
    assert find_faults(machine) == []
    assert machine["StartAt"] == "LaunchSpot"
    assert not [name for name in without.template["Resources"] if name.startswith("WorkersQuick")]
    assert without.functions()["scale"]["Environment"]["Variables"]["IDLE_SECONDS"] == "180"


def test_profile_setting_reaches_the_worker(synthesized: Callable[..., Assembly], gpu: Assembly) -> None:
    """The default is not named: the shell's variable acts in the local cloud then."""
    _, fast = container(synthesized(profile="fast"))

    assert {"Name": "EARSHOT_PROFILE", "Value": "fast"} in fast["Environment"]
    assert "EARSHOT_PROFILE" not in {variable["Name"] for variable in container(gpu)[1]["Environment"]}
    with pytest.raises(ValueError, match="Context profile='quick' cannot be read"):
        settings_from_context(profile="quick")
