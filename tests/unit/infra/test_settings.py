"""Settings of a deployment: what a first deployment and an upgrade make of the context."""

from __future__ import annotations

import json
from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import pytest

from earshot_contract.names import DEPLOYED_CONTEXT
from infra.errors import SettingsError
from infra.settings import StackSettings
from tests.fixtures.rows import each_row
from tests.paths import ROOT

# Another value than the default of every setting, as -c gives it.
OTHERS = {
    "name": "Ours",
    "flavour": "cpu",
    "spot": "false",
    "instance_types": "g5.xlarge",
    "linger_seconds": "7",
    "zones": "1",
    "public": "true",
    "requests_a_minute": "77",
    "api_rate": "7",
    "api_burst": "17",
    "retention_days": "8",
    "keep_audio_days": "9",
    "uploads_days": "11",
    "cors_origins": "https://example.org",
    "dashboard": str(not StackSettings.dashboard).lower(),
    "permissions_boundary": "teams/boundary",
    "alarm_email": "me@example.org",
    "default_model": "medium",
    "profile": "fast",
    "speed": "31",
    "drain_seconds": "41",
    "max_workers": "6",
    "worker_price": "0.5",
    "quick_workers": "0",
    "quick_memory": "4096",
    "max_waiting_jobs": "100",
    "idle_seconds": "33",
}


def settings(deployed: StackSettings | None = None, **named: str) -> StackSettings:
    context = {**named, **({DEPLOYED_CONTEXT: deployed.to_json()} if deployed else {})}
    node: Any = SimpleNamespace(try_get_context=context.get, get_all_context=lambda: context)
    return StackSettings.from_context(node)


@pytest.mark.parametrize("name", ["ecs-whisper", "AWS-earshot", "Fargate1"])
def test_name_that_ecs_keeps_for_itself_is_refused(name: str) -> None:
    """CloudFormation would find out after minutes: the names of the capacity providers begin with the stack's."""
    with pytest.raises(SettingsError, match="keeps for itself: aws, ecs, fargate"):
        settings(name=name)
    assert settings(name=f"my-{name}").name == f"my-{name}"
    assert settings(name=name, flavour="cpu").name == name, "without GPUs there is no provider of that name"


def test_others_name_every_setting() -> None:
    assert list(OTHERS) == [field.name for field in fields(StackSettings)]


@each_row("name", OTHERS)
def test_upgrade_from_defaults_is_as_deployed_anew(name: str) -> None:
    """Nothing stays that only followed from what changes: a CPU worker with a GPU's speed, for example."""
    changed = {name: OTHERS[name]}
    anew = settings(**changed)
    assert settings(settings(), **changed) == anew
    assert anew != settings()


@each_row("name", OTHERS)
def test_upgrade_of_another_setting_keeps_each(name: str) -> None:
    deployed = settings(**{name: OTHERS[name]})
    changed = settings(deployed, max_workers="3")
    assert changed == settings(**{name: OTHERS[name], "max_workers": "3"})


@pytest.mark.parametrize(
    ("deployed", "named", "unclear"),
    [
        ({"speed": "80"}, {"flavour": "cpu"}, "-c speed=80.0 stays, -c speed=4.0 is the default"),
        ({"default_model": "medium"}, {"flavour": "cpu"}, "-c default_model=medium stays"),
        ({"worker_price": "0.9"}, {"flavour": "cpu"}, "-c worker_price=0.233 is the default"),
        ({"idle_seconds": "99"}, {"quick_workers": "0"}, "-c idle_seconds=180 is the default"),
        ({"flavour": "cpu", "speed": "9"}, {"flavour": "gpu"}, "other settings than flavour=gpu. Name it, too"),
    ],
)
def test_chosen_value_whose_default_changes_is_refused(
    deployed: dict[str, str], named: dict[str, str], unclear: str
) -> None:
    before = settings(**deployed)
    with pytest.raises(SettingsError) as refused:
        settings(before, **named)
    assert unclear in str(refused.value)
    chosen = next(iter(set(deployed) - set(named)))
    assert str(getattr(settings(before, **named, **{chosen: deployed[chosen]}), chosen)) in (
        deployed[chosen],
        f"{deployed[chosen]}.0",
    )


def test_setting_of_an_earlier_version_is_left_out() -> None:
    deployed = json.dumps({**json.loads(settings(speed="31").to_json()), "gone": 1})
    node: Any = SimpleNamespace(
        try_get_context={DEPLOYED_CONTEXT: deployed}.get, get_all_context=lambda: [DEPLOYED_CONTEXT]
    )
    assert StackSettings.from_context(node) == settings(speed="31")


@pytest.mark.parametrize(
    ("named", "line"),
    [
        ({"flavour": "cpu", "instance_types": "g5.xlarge"}, "instance_types has an effect with flavour=gpu only"),
        ({"flavour": "cpu", "linger_seconds": "9"}, "linger_seconds has an effect with flavour=gpu only"),
        ({"requests_a_minute": "99"}, "requests_a_minute has an effect with public=true only"),
        ({"quick_workers": "0", "quick_memory": "2000"}, "quick_memory has an effect with quick_workers above 0 only"),
        ({"public": "true", "requests_a_minute": "99"}, ""),
    ],
)
def test_named_setting_without_effect_is_noted(
    named: dict[str, str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings(**named)
    assert capsys.readouterr().err == (f"Note: {line}.\n" if line else "")


@each_row(
    ("named", "message"),
    [
        ({"cors_origins": "example.org"}, "with its scheme and without a path"),
        ({"cors_origins": "https://a.example/"}, "with its scheme and without a path"),
        ({"cors_origins": ""}, "with its scheme and without a path"),
        ({"instance_types": "g6"}, "g6.xlarge,g5.xlarge"),
        ({"cors_origins": ",".join(f"https://{n}.example" for n in range(200))}, "2000 characters are the maximum"),
        ({"linger_seconds": "3601"}, "3600 is the maximum"),
        ({"alarm_email": "me"}, "me@example.org"),
        ({"default_model": "a/b"}, "small"),
        ({"speed": "0"}, "0.1 is the minimum"),
        ({"speed": "nan"}, "no number of use"),
        ({"drain_seconds": "inf"}, "no number of use"),
        ({"worker_price": "-1"}, "0.0 is the minimum"),
        ({"quick_memory": "20000"}, "10240 is the maximum"),
    ],
)
def test_value_that_would_do_nothing_is_refused(named: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        settings(**named)


def test_spaces_in_a_list_are_no_part_of_it() -> None:
    assert settings(instance_types="g6.xlarge, g5.xlarge").instance_types == ("g6.xlarge", "g5.xlarge")


def test_every_setting_is_read_where_the_stack_is_built() -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "infra").rglob("*.py") if path.name != "settings.py")
    assert [field.name for field in fields(StackSettings) if f"settings.{field.name}" not in sources] == []
