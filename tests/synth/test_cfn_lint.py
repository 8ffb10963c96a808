"""cfn-lint, on the templates as CloudFormation receives them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import cfnlint.version
import pytest
from cfnlint import ManualArgs
from cfnlint.api import lint

from infra import ROOT
from tests.synth.assembly import Assembly

RECIPES = ROOT / "events" / "recipes"
# Redundant DependsOn: CDK also lists a role there that the resource refers to anyway.
IGNORED_RULES = ["W3005"]


def passed_marker(template: object) -> Path:
    """Return the file that exists if cfn-lint found nothing in this very template; it takes about 5 s to look."""
    inputs = json.dumps([cfnlint.version.__version__, IGNORED_RULES, template], sort_keys=True)
    return ROOT / "build" / "cfn-lint" / hashlib.sha256(inputs.encode()).hexdigest()


def cfn_lint_findings(template: object) -> list[str]:
    config = ManualArgs(regions=["eu-west-1"], ignore_checks=IGNORED_RULES)
    return [f"{m.rule.id} {m.path}: {m.message}" for m in lint(json.dumps(template), config=config)]


# The public template holds everything that the default has.
@pytest.mark.parametrize("flavour", ["public", "cpu"])
def test_cfn_lint_finds_nothing(flavour: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(flavour)
    template = assembly.with_literal_definitions()
    marker = passed_marker(template)
    if not marker.is_file():
        assert cfn_lint_findings(template) == []
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.touch()


@pytest.mark.parametrize("recipe", sorted(path.name for path in RECIPES.glob("*.yaml")))
def test_cfn_lint_finds_nothing_in_recipes(recipe: str) -> None:
    text = (RECIPES / recipe).read_text()
    assert [f"{m.rule.id} {m.path}: {m.message}" for m in lint(text, config=ManualArgs(regions=["eu-west-1"]))] == []


def test_cfn_lint_reads_state_machine_definitions() -> None:
    machine = {"StartAt": "Only", "States": {"Only": {"Type": "Chore", "End": True}}}
    role = "arn:aws:iam::123456789012:role/any"
    properties = {"RoleArn": role, "DefinitionString": json.dumps(machine)}
    template = {"Resources": {"Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}}
    assert "Chore" in "\n".join(cfn_lint_findings(template))
