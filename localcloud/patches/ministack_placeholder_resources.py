"""CloudFormation resource types that a local stack can do without.

A capacity provider decides where tasks run: here all on this machine. Nobody is paged by a laptop's alarms, nor
reads its flow logs. ministack knows none of the first three, and only some forms of an alarm.
"""

from __future__ import annotations

from typing import Any

from localcloud.patches.registry import original

PLACEHOLDERS = (
    "AWS::EC2::FlowLog",
    "AWS::ECS::CapacityProvider",
    "AWS::ECS::ClusterCapacityProviderAssociations",
    "AWS::CloudWatch::Alarm",
)


def install() -> None:
    handlers: dict[str, dict[str, Any]] = original("ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS")
    for kind in PLACEHOLDERS:
        handlers[kind] = {"create": create, "update": update, "delete": delete}


def create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    name = properties.get("Name") or properties.get("AlarmName") or f"{stack}-{logical_id}"
    return name, attributes(name)


def update(name: str, *_: Any) -> tuple[str, dict[str, Any]]:
    return name, attributes(name)


def attributes(name: str) -> dict[str, str]:
    return {"Arn": f"arn:aws:placeholder:::{name}"}


def delete(*_: Any) -> None: ...
