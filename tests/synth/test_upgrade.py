"""An upgrade from the last release replaces nothing that holds data or an address.

`released.json` has the identity of those resources as the last release deploys them: logical id, type, and what
CloudFormation cannot change in place, by the schemas that cfn-lint carries. `python -m tests.synth.test_upgrade`
writes it anew, for a release, and with it `released_names.json` for `test_fixed_names.py`; until there is one both are
of the main branch. In an account `earshot upgrade` asks CloudFormation itself.
"""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from earshot_cli.deployment.release import STATEFUL
from infra import synth
from tests.fixtures.accounts.resource_schemas import unchangeable
from tests.synth.assembly import Assembly
from tests.synth.fixed_names import fixed_names

RELEASED = Path(__file__).with_name("released.json")
RELEASED_NAMES = Path(__file__).with_name("released_names.json")


def identities(template: dict[str, Any]) -> dict[str, Any]:
    """Return type and unchangeable properties of each resource that holds data or an address."""
    return {
        name: {
            "type": resource["Type"],
            "properties": {k: v for k, v in resource["Properties"].items() if k in unchangeable(resource["Type"])},
            "indexes": {
                index["IndexName"]: [index["KeySchema"], index["Projection"]]
                for index in resource["Properties"].get("GlobalSecondaryIndexes", [])
            },
        }
        for name, resource in sorted(template["Resources"].items())
        if resource["Type"] in STATEFUL
    }


def losses(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return the resources of a release that another template removes or replaces."""

    def kept(identity: dict[str, Any] | None) -> list[Any] | None:
        return identity and [identity["type"], identity["properties"]]

    return [name for name, identity in before.items() if kept(after.get(name)) != kept(identity)]


def index_changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return the indexes that a template adds to, removes from or changes in the tables of a release."""
    pairs = [(identity["indexes"], after[name]["indexes"]) for name, identity in before.items() if name in after]
    return sorted({name for old, new in pairs for name in {*old, *new} if old.get(name) != new.get(name)})


def test_upgrade_from_last_release_replaces_nothing(gpu: Assembly) -> None:
    released = json.loads(RELEASED.read_text())
    assert len(released) >= 12
    assert losses(released, identities(gpu.template)) == []


def test_upgrade_from_last_release_changes_one_index_at_most(gpu: Assembly) -> None:
    """DynamoDB creates or deletes one index of a table in an update; CloudFormation rolls back a second one
    (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html)."""
    released = json.loads(RELEASED.read_text())
    [table] = [identity for identity in released.values() if identity["type"] == "AWS::DynamoDB::GlobalTable"]
    assert len(table["indexes"]) == 3
    assert len(index_changes(released, identities(gpu.template))) <= 1


def test_changed_added_and_removed_indexes_are_counted(gpu: Assembly) -> None:
    changed = copy.deepcopy(gpu.template)
    indexes = changed["Resources"]["StorageTableB43FDCE7"]["Properties"]["GlobalSecondaryIndexes"]
    names = [index["IndexName"] for index in indexes]
    indexes[1]["Projection"] = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["state"]}
    indexes[0]["IndexName"] = "another"
    changes = index_changes(identities(gpu.template), identities(changed))
    assert changes == sorted(["another", names[0], names[1]])


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


def test_update_without_replacement_is_no_loss(gpu: Assembly) -> None:
    changed = copy.deepcopy(gpu.template)
    rename(changed["Resources"], "AWS::SQS::Queue", VisibilityTimeout=1)
    assert losses(identities(gpu.template), identities(changed)) == []


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        synth.synthesize(Path(folder))
        template = Assembly.load(Path(folder)).template
    for path, document in ((RELEASED, identities(template)), (RELEASED_NAMES, fixed_names(template))):
        path.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")
