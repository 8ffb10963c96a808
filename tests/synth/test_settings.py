"""What a deployment may choose, and what that changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import aws_cdk as cdk
import pytest

from infra.settings import Flavour, Settings
from infra.synth import ROOT
from tests.synth.asl import faults
from tests.synth.assembly import Assembly


def chosen(**context: Any) -> Settings:
    return Settings.from_context(cdk.App(context=context).node)


def test_every_setting_is_explained_to_users() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [f.name for f in fields(Settings) if f"`{f.name}`" not in readme] == []


def container(assembly: Assembly) -> tuple[dict[str, Any], dict[str, Any]]:
    _, task = assembly.one("ECS::TaskDefinition")
    [only] = task["ContainerDefinitions"]
    return task, only


def test_the_cli_passes_words() -> None:
    settings = chosen(flavour="cpu", spot="false", max_workers="8", instance_types="g6.xlarge,g5.xlarge")
    assert settings.flavour is Flavour.CPU
    assert settings.spot is False
    assert settings.max_workers == 8
    assert settings.instance_types == ("g6.xlarge", "g5.xlarge")


def test_a_cpu_holds_a_smaller_model_unless_told_otherwise() -> None:
    assert chosen().default_model == "large-v3-turbo"
    assert chosen(flavour="cpu").default_model == "small"
    assert chosen(flavour="cpu").speed < chosen().speed
    assert chosen(flavour="cpu", default_model="base").default_model == "base"


@pytest.mark.parametrize(
    ("context", "sentence"),
    [
        ({"flavour": "tpu"}, r"flavour='tpu'"),
        ({"spot": "maybe"}, r"spot='maybe'"),
        ({"max_workers": "many"}, r"max_workers='many'"),
    ],
)
def test_a_value_that_cannot_be_read_is_named(context: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        chosen(**context)


def test_a_gpu_worker_runs_on_managed_instances(gpu: Assembly) -> None:
    task, only = container(gpu)
    assert task["RequiresCompatibilities"] == ["MANAGED_INSTANCES"]
    assert task["NetworkMode"] == "host"
    assert only["ResourceRequirements"] == [{"Type": "GPU", "Value": "1"}]
    kinds = {}
    for provider in gpu.of("ECS::CapacityProvider").values():
        managed = provider["ManagedInstancesProvider"]
        launch = managed["InstanceLaunchTemplate"]
        kinds[launch["CapacityOptionType"]] = launch
        assert managed["InfrastructureOptimization"] == {"ScaleInAfter": 60}
        assert launch["LocalStorageConfiguration"] == {"UseLocalStorage": True}
        assert launch["InstanceRequirements"]["AcceleratorManufacturers"] == ["nvidia"]
    assert set(kinds) == {"SPOT", "ON_DEMAND"}


def test_each_launch_asks_for_its_own_kind_of_capacity(gpu: Assembly, cpu: Assembly) -> None:
    def provider(assembly: Assembly, state: str) -> str:
        [strategy] = assembly.machines()["worker"]["States"][state]["Parameters"]["CapacityProviderStrategy"]
        return strategy["CapacityProvider"]

    assert provider(gpu, "RunWorkerSpot").startswith("WorkersCapacitySpot")
    assert provider(gpu, "RunWorkerOnDemand").startswith("WorkersCapacityOnDemand")
    assert provider(cpu, "RunWorkerSpot") == "FARGATE_SPOT"
    assert provider(cpu, "RunWorkerOnDemand") == "FARGATE"


def test_a_cpu_worker_runs_on_fargate(cpu: Assembly) -> None:
    task, only = container(cpu)
    assert task["RequiresCompatibilities"] == ["FARGATE"]
    assert task["NetworkMode"] == "awsvpc"
    assert "ResourceRequirements" not in only
    assert cpu.of("ECS::CapacityProvider") == {}
    _, cluster = cpu.one("ECS::ClusterCapacityProviderAssociations")
    assert cluster["CapacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert cpu.template["Parameters"]["DefaultModel"]["Default"] == "small"


def test_the_image_is_built_for_its_flavour(gpu: Assembly, cpu: Assembly) -> None:
    for assembly, flavour in ((gpu, "gpu"), (cpu, "cpu")):
        manifest = (assembly.folder / "Earshot.assets.json").read_text()
        assert f'"FLAVOUR": "{flavour}"' in manifest


def test_a_container_is_told_the_same_in_every_flavour(assembly: Assembly) -> None:
    _, only = container(assembly)
    environment = {v["Name"]: v["Value"] for v in only["Environment"]}
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
    assert only["StopTimeout"] <= 120, "ECS kills after two minutes, and so does a Spot notice"


def test_only_the_public_mode_has_a_firewall_that_lets_audio_through(gpu: Assembly, public: Assembly) -> None:
    assert gpu.of("WAFv2::WebACL") == {}
    _, acl = public.one("WAFv2::WebACL")
    rules = {rule["Name"]: rule["Statement"] for rule in acl["Rules"]}
    assert rules["Rate"]["RateBasedStatement"]["AggregateKeyType"] == "IP"
    assert rules["Reputation"]["ManagedRuleGroupStatement"]["Name"] == "AWSManagedRulesAmazonIpReputationList"
    assert len(rules) == 2, "the common rule set would block every body over 8 KB"
    assert public.of("WAFv2::WebACLAssociation")
    defaults = [a.template["Parameters"]["PublicAccess"]["Default"] for a in (gpu, public)]
    assert defaults == ["false", "true"]


def test_without_spot_there_is_one_kind_of_capacity(synthesized: Callable[..., Assembly]) -> None:
    machine = synthesized(spot="false").machines()["worker"]
    states = machine["States"]
    assert faults(machine) == []
    assert "RunWorkerSpot" not in states
    assert machine["StartAt"] == states["RenewLease"]["Next"] == "RunWorkerOnDemand"
