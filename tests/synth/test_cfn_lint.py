"""cfn-lint finds nothing in what CloudFormation will get."""

from __future__ import annotations

import json

import pytest
from cfnlint import ManualArgs
from cfnlint.api import lint

from tests.synth.assembly import Assembly

# CDK names a role that a resource refers to anyway in DependsOn, too.
IGNORED_RULES = ["W3005"]


def cfn_lint_findings(template: object) -> list[str]:
    config = ManualArgs(regions=["eu-west-1"], ignore_checks=IGNORED_RULES)
    return [f"{m.rule.id} {m.path}: {m.message}" for m in lint(json.dumps(template), config=config)]


# What is public holds all that the default has.
@pytest.mark.parametrize("flavour", ["public", "cpu"])
def test_cfn_lint_finds_nothing(flavour: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(flavour)
    assert cfn_lint_findings(assembly.with_literal_definitions()) == []


def test_cfn_lint_reads_state_machine_definitions() -> None:
    machine = {"StartAt": "Only", "States": {"Only": {"Type": "Chore", "End": True}}}
    role = "arn:aws:iam::123456789012:role/any"
    properties = {"RoleArn": role, "DefinitionString": json.dumps(machine)}
    template = {"Resources": {"Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}}
    assert "Chore" in "\n".join(cfn_lint_findings(template))
