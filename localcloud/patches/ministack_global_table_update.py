"""ministack: an update of a stack keeps the items of its `AWS::DynamoDB::GlobalTable`.

Why: ministack 1.5.33 updates a global table without its logical id, derives another name from the physical one, and so
    makes an empty table in its place. CloudFormation adds an index to the table that is there. CDK's TableV2 is such a
    table: with each new index the local cloud would forget its jobs and keys.
Upstream: none filed.
Remove when: a global table without a name keeps its physical id when an index is added.
Test: tests/localcloud/patches/test_ministack_storage.py::test_updated_global_table_without_patch_is_replaced
"""

from __future__ import annotations

from typing import Any

from localcloud.patches.registry import Patch, Runtime, patch

UPDATE = "ministack.services.cloudformation.provisioners:_ddb_update"


def apply(runtime: Runtime) -> None:
    """Give the update of a table without a logical id the name that the table has."""

    def update(
        physical_id: str,
        old_props: dict[str, Any],
        new_props: dict[str, Any],
        stack_name: str,
        logical_id: str | None = None,
    ) -> Any:
        named = new_props if logical_id else {"TableName": physical_id, **new_props}
        return original_update(physical_id, old_props, named, stack_name, logical_id)

    original_update = patch(UPDATE, update)


PATCH = Patch(
    name="ministack-global-table-update",
    needed_for="behaviour",
    points={UPDATE: "0665980ffdd06491"},
    apply=apply,
)
