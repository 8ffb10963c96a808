"""An upgrade from the last release replaces nothing that holds data or an address.

`released.json` has the identity of those resources as the last release deploys them: logical id, type, and what
CloudFormation cannot change in place, by the schemas that cfn-lint carries. `python -m tests.synth.test_upgrade`
writes it anew, for a release; until there is one it is that of the main branch. In an account `earshot upgrade` asks
CloudFormation itself.
"""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from earshot_cli.release import STATEFUL
from infra import synth
from tests.synth.assembly import Assembly

RELEASED = Path(__file__).with_name("released.json")
# Properties that replace a resource only in some cases, by the documentation of its type; the schemas leave them out.
SOMETIMES = {"AWS::DynamoDB::GlobalTable": {"KeySchema"}}


def unchangeable(kind: str) -> set[str]:
    """Return the top-level properties of a type whose change replaces the resource."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    paths = [*schema.get("createOnlyProperties", []), *schema.get("conditionalCreateOnlyProperties", [])]
    return {path.split("/")[2] for path in paths} | SOMETIMES.get(kind, set())


def identities(template: dict[str, Any]) -> dict[str, Any]:
    """Return type and unchangeable properties of each resource that holds data or an address."""
    return {
        name: {
            "type": resource["Type"],
            "properties": {k: v for k, v in resource["Properties"].items() if k in unchangeable(resource["Type"])},
        }
        for name, resource in sorted(template["Resources"].items())
        if resource["Type"] in STATEFUL
    }


def losses(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return the resources of a release that another template removes or replaces."""
    return [name for name, identity in before.items() if after.get(name) != identity]


def test_upgrade_from_last_release_replaces_nothing(gpu: Assembly) -> None:
    released = json.loads(RELEASED.read_text())
    assert len(released) >= 12
    assert losses(released, identities(gpu.template)) == []


def rename(resources: dict[str, Any], kind: str, **changes: Any) -> str:
    name = next(name for name, resource in resources.items() if resource["Type"] == kind)
    resources[name]["Properties"].update(changes)
    return name


@pytest.mark.parametrize(
    "break_template",
    [
        lambda resources: rename(resources, "AWS::S3::Bucket", BucketName="another"),
        lambda resources: rename(resources, "AWS::SQS::Queue", FifoQueue=True),
        lambda resources: rename(resources, "AWS::DynamoDB::GlobalTable", KeySchema=[]),
        lambda resources: resources.pop("StorageTableB43FDCE7") and "StorageTableB43FDCE7",
    ],
)
def test_replaced_or_missing_resource_is_found(gpu: Assembly, break_template: Callable[[dict[str, Any]], str]) -> None:
    broken = copy.deepcopy(gpu.template)
    name = break_template(broken["Resources"])
    assert losses(identities(gpu.template), identities(broken)) == [name]


def test_change_in_place_is_no_loss(gpu: Assembly) -> None:
    changed = copy.deepcopy(gpu.template)
    rename(changed["Resources"], "AWS::SQS::Queue", VisibilityTimeout=1)
    assert losses(identities(gpu.template), identities(changed)) == []


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        synth.synthesize(Path(folder))
        RELEASED.write_text(json.dumps(identities(Assembly.load(Path(folder)).template), indent=1) + "\n")
