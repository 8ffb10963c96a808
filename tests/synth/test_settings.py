"""Settings of a deployment: how they are read, and what they change in the template."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from infra.settings import Flavour, StackSettings
from tests.synth.assembly import Assembly
from tests.synth.state_machine_checks import find_faults


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


def test_launches_use_their_own_capacity_provider(gpu: Assembly, cpu: Assembly) -> None:
    def provider(assembly: Assembly, state: str) -> str:
        [strategy] = assembly.state_machines()["worker"]["States"][state]["Parameters"]["CapacityProviderStrategy"]
        return strategy["CapacityProvider"]

    assert provider(gpu, "RunWorkerSpot").startswith("WorkersCapacitySpot")
    assert provider(gpu, "RunWorkerOnDemand").startswith("WorkersCapacityOnDemand")
    assert provider(cpu, "RunWorkerSpot") == "FARGATE_SPOT"
    assert provider(cpu, "RunWorkerOnDemand") == "FARGATE"


def test_cpu_worker_runs_on_fargate(cpu: Assembly) -> None:
    task, container_definition = container(cpu)
    assert task["RequiresCompatibilities"] == ["FARGATE"]
    assert task["NetworkMode"] == "awsvpc"
    assert "ResourceRequirements" not in container_definition
    assert cpu.resources("ECS::CapacityProvider") == {}
    _, cluster = cpu.resource("ECS::ClusterCapacityProviderAssociations")
    assert cluster["CapacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert cpu.template["Parameters"]["DefaultModel"]["Default"] == "small"


def test_image_build_argument_is_the_flavour(gpu: Assembly, cpu: Assembly) -> None:
    for assembly, flavour in ((gpu, "gpu"), (cpu, "cpu")):
        manifest = (assembly.folder / "Earshot.assets.json").read_text()
        assert f'"FLAVOUR": "{flavour}"' in manifest


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
    }
    assert environment["DEFAULT_MODEL"] == {"Ref": "DefaultModel"}
    assert environment["IDLE_SECONDS"] == {"Ref": "IdleSeconds"}
    assert container_definition["StopTimeout"] <= 120, "a Spot interruption leaves two minutes, and ECS allows no more"


def test_firewall_exists_in_public_mode_only(gpu: Assembly, public: Assembly) -> None:
    assert gpu.resources("WAFv2::WebACL") == {}
    _, acl = public.resource("WAFv2::WebACL")
    rules = {rule["Name"]: rule["Statement"] for rule in acl["Rules"]}
    assert rules["Rate"]["RateBasedStatement"]["AggregateKeyType"] == "IP"
    assert rules["Reputation"]["ManagedRuleGroupStatement"]["Name"] == "AWSManagedRulesAmazonIpReputationList"
    assert len(rules) == 2, "the common rule set would block every body over 8 KB"
    assert public.resources("WAFv2::WebACLAssociation")
    defaults = [a.template["Parameters"]["PublicAccess"]["Default"] for a in (gpu, public)]
    assert defaults == ["false", "true"]


def test_spot_false_leaves_on_demand_only(synthesized: Callable[..., Assembly]) -> None:
    machine = synthesized(spot="false").state_machines()["worker"]
    states = machine["States"]
    assert find_faults(machine) == []
    assert "RunWorkerSpot" not in states
    assert machine["StartAt"] == states["RenewLease"]["Next"] == "RunWorkerOnDemand"
