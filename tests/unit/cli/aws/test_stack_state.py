"""State of a stack, as CloudFormation's events tell it."""

from __future__ import annotations

from typing import Any

import pytest

from earshot_cli.aws.stack_state import failures


@pytest.mark.parametrize("operation", ["creation", "update", "deletion"])
def test_cancelled_resources_are_no_reason_of_failure(operation: str) -> None:
    events = [("Role", f"Resource {operation} cancelled"), ("Build", "The project is wrong.")]

    class CloudFormation:
        def describe_stack_events(self, **_: Any) -> dict[str, Any]:
            return {
                "StackEvents": [
                    {"ResourceStatus": "UPDATE_FAILED", "LogicalResourceId": name, "ResourceStatusReason": why}
                    for name, why in events
                ]
            }

    assert failures(CloudFormation(), "Stack") == ["Build: The project is wrong."]
