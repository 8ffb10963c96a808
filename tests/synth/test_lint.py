"""cfn-lint finds nothing in what CloudFormation will get."""

from __future__ import annotations

import json

import pytest
from cfnlint import ManualArgs
from cfnlint.api import lint

from tests.synth.assembly import Assembly

# CDK names a role that a resource refers to anyway in DependsOn, too.
HARMLESS = ["W3005"]


def complaints(template: object) -> list[str]:
    config = ManualArgs(regions=["eu-west-1"], ignore_checks=HARMLESS)
    return [f"{m.rule.id} {m.path}: {m.message}" for m in lint(json.dumps(template), config=config)]


# What is public holds all that the default has.
@pytest.mark.parametrize("flavour", ["public", "cpu"])
def test_cfn_lint_is_content(flavour: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(flavour)
    assert complaints(assembly.rendered()) == []


def test_it_looks_into_the_machines() -> None:
    machine = {"StartAt": "Only", "States": {"Only": {"Type": "Chore", "End": True}}}
    role = "arn:aws:iam::123456789012:role/any"
    properties = {"RoleArn": role, "DefinitionString": json.dumps(machine)}
    template = {"Resources": {"Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}}
    assert "Chore" in "\n".join(complaints(template))
