"""ministack: CloudFormation creates placeholders for resources that a local stack does not use.

Why: ministack 1.5.33 has no handler for flow logs and capacity providers, and rejects alarms on metric expressions, so
    the stack would not deploy. Here all tasks run on this machine, and no alarm or flow log is read.
Upstream: none filed.
Remove when: ministack creates all four types from this stack's template.
Test: tests/localcloud/patches/test_ministack.py::test_resource_type_without_patch_is_not_created
"""

from __future__ import annotations

from typing import Any

from localcloud.patches.registry import Patch, Runtime, original

HANDLERS = "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS"
PLACEHOLDERS = (
    "AWS::EC2::FlowLog",
    "AWS::ECS::CapacityProvider",
    "AWS::ECS::ClusterCapacityProviderAssociations",
    "AWS::CloudWatch::Alarm",
)


def apply(runtime: Runtime) -> None:
    """Add a handler that creates nothing for each of the types."""
    placeholder = {"create": create, "update": update, "delete": delete}
    # Added to ministack's own dictionary: other modules of ministack have imported it by name.
    original(HANDLERS).update(dict.fromkeys(PLACEHOLDERS, placeholder))


def create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    """Return a physical id and attributes."""
    name = properties.get("Name") or properties.get("AlarmName") or f"{stack}-{logical_id}"
    return name, attributes(name)


def update(name: str, *_: Any) -> tuple[str, dict[str, Any]]:
    """Return the same physical id and attributes."""
    return name, attributes(name)


def attributes(name: str) -> dict[str, str]:
    """Return what `Fn::GetAtt` may read."""
    return {"Arn": f"arn:aws:placeholder:::{name}"}


def delete(*_: Any) -> None:
    """Do nothing."""


PATCH = Patch(
    name="ministack-placeholder-resources",
    needed_for="deployment",
    points={HANDLERS: "6ab47d70854a8c69"},
    apply=apply,
)
