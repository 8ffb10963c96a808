"""No update gives a fixed name to another logical id: not one from the last release, and not one of a setting."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable

from tests.synth.assembly import Assembly
from tests.synth.fixed_names import NAMES, fixed_names, moved_names
from tests.synth.test_upgrade import RELEASED_NAMES

FEW_SETTINGS = {"quick_workers": "0", "spot": "false", "zones": "2"}


def test_upgrade_from_last_release_moves_no_fixed_name(gpu: Assembly) -> None:
    released = json.loads(RELEASED_NAMES.read_text())
    assert len(released) > 150
    assert moved_names(released, fixed_names(gpu.template)) == []


def test_no_setting_moves_a_fixed_name(
    gpu: Assembly, cpu: Assembly, public: Assembly, synthesized: Callable[..., Assembly]
) -> None:
    before = fixed_names(gpu.template)
    for other in (cpu, public, synthesized(**FEW_SETTINGS)):
        assert moved_names(before, fixed_names(other.template)) == []


def test_every_type_is_known_to_have_a_name_or_none(gpu: Assembly, cpu: Assembly, public: Assembly) -> None:
    templates = (gpu.template, cpu.template, public.template)
    assert {r["Type"] for template in templates for r in template["Resources"].values()} <= set(NAMES)


def test_fixed_name_under_another_logical_id_is_found(public: Assembly) -> None:
    names = fixed_names(public.template)
    one_of_each = {name.partition(" ")[0]: (name, logical_id) for name, logical_id in names.items()}
    assert len(one_of_each) >= 18
    for name, logical_id in one_of_each.values():
        broken = copy.deepcopy(public.template)
        broken["Resources"][f"{logical_id}2"] = broken["Resources"].pop(logical_id)
        assert moved_names(names, fixed_names(broken)) == [name]
