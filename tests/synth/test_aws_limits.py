"""Limits of AWS on what a template holds, which CloudFormation would tell of after minutes of a first deployment.

cfn-lint knows those that the schemas of the resource types have. These are of the services' pages of quotas.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest

from tests.synth.assembly import Assembly

ARN = "x" * 150  # stands for a reference: longer than any that the template has
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
RESOURCES, OUTPUTS, TEMPLATE_BYTES = 500, 200, 1_000_000
POLICIES_CHARACTERS = 10_240  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, of a role
QUEUE_POLICY_BYTES = (
    8_192  # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
)
VARIABLES_BYTES = 4_096  # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
DEFINITION_BYTES = 1_048_576  # https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
EVENT_PATTERN_CHARACTERS = 2_048  # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
DESCRIPTIONS = {  # characters
    "AWS::Events::Rule": 512,
    "AWS::Scheduler::Schedule": 512,
    "AWS::Lambda::LayerVersion": 256,
    "AWS::CloudWatch::Alarm": 1_024,
    "AWS::EC2::SecurityGroup": 255,
}


def length(value: Any) -> int:
    """Return the length of a value as compact JSON, each reference as long as an ARN."""

    def resolved(part: Any) -> Any:
        if isinstance(part, dict):
            if len(part) == 1 and next(iter(part)) in ("Ref", "Fn::GetAtt", "Fn::Join", "Fn::Sub", "Fn::Select"):
                return ARN
            return {key: resolved(each) for key, each in part.items()}
        return [resolved(each) for each in part] if isinstance(part, list) else part

    return len(json.dumps(resolved(value), separators=(",", ":")))


@pytest.fixture
def resources(public: Assembly) -> dict[str, Any]:
    """The resources of public mode, which has all that the default has."""
    return dict(public.template["Resources"])


def test_template_is_within_cloudformations_limits(public: Assembly) -> None:
    assert 200 < len(public.template["Resources"]) < RESOURCES
    assert len(public.template["Outputs"]) < OUTPUTS
    assert len(json.dumps(public.template, indent=1)) < TEMPLATE_BYTES


def test_policies_of_each_role_are_within_iams_limit(resources: dict[str, Any]) -> None:
    sizes: dict[str, int] = defaultdict(int)
    for name, resource in resources.items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::IAM::Role":
            sizes[name] += sum(length(policy["PolicyDocument"]) for policy in properties.get("Policies", []))
        if resource["Type"] == "AWS::IAM::Policy":
            for role in properties["Roles"]:
                sizes[role["Ref"]] += length(properties["PolicyDocument"])
    assert max(sizes.values()) > 1_000, "nothing was measured"
    assert {name: size for name, size in sizes.items() if size > POLICIES_CHARACTERS} == {}


@pytest.mark.parametrize(
    ("kind", "member", "maximum"),
    [
        ("AWS::SQS::QueuePolicy", "PolicyDocument", QUEUE_POLICY_BYTES),
        ("AWS::Lambda::Function", "Environment", VARIABLES_BYTES - 2_000),  # room for the setting `cors_origins`
        ("AWS::Events::Rule", "EventPattern", EVENT_PATTERN_CHARACTERS),
    ],
)
def test_document_is_within_its_services_limit(resources: dict[str, Any], kind: str, member: str, maximum: int) -> None:
    sizes = {name: length(r["Properties"][member]) for name, r in resources.items() if r["Type"] == kind}
    assert len(sizes) > 3
    assert {name: size for name, size in sizes.items() if size > maximum} == {}


def test_definitions_are_within_step_functions_limit(public: Assembly) -> None:
    assert max(len(json.dumps(definition)) for definition in public.state_machines().values()) < DEFINITION_BYTES


def test_descriptions_are_within_their_limits(resources: dict[str, Any]) -> None:
    found = {
        name: (resource["Type"], text)
        for name, resource in resources.items()
        for member in ("Description", "AlarmDescription", "GroupDescription")
        if (text := resource.get("Properties", {}).get(member)) and resource["Type"] in DESCRIPTIONS
    }
    assert {kind for kind, _ in found.values()} == set(DESCRIPTIONS)
    assert {name for name, (kind, text) in found.items() if len(text) > DESCRIPTIONS[kind]} == set()
