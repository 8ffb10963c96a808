"""ministack: PutEvents refuses entries of more than 1 MiB together.

Why: EventBridge counts the source, the detail type, the detail, the resources and 14 bytes for a time stamp of each
    entry (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html), 1 MiB at most since January
    2026, 256 KiB before. ministack 1.5.33 takes any size, so an event that grows with a job would be lost in AWS alone.
Upstream: none filed.
Remove when: ministack's `_put_events` counts the bytes of its entries.
Test: tests/localcloud/patches/test_ministack_messages.py::test_large_event_without_patch_is_taken
"""

from __future__ import annotations

from typing import Any

from localcloud.patches.registry import Patch, Runtime, original, patch

PUT_EVENTS = "ministack.services.eventbridge:_put_events"
MAX_ENTRIES_BYTES = 1024 * 1024
TIME_BYTES = 14


def entry_bytes(entry: dict[str, Any]) -> int:
    """Return the size of an entry as EventBridge counts it."""
    texts = [entry.get(member) or "" for member in ("Source", "DetailType", "Detail")]
    return sum(len(text.encode()) for text in [*texts, *(entry.get("Resources") or [])]) + TIME_BYTES * (
        "Time" in entry
    )


def apply(runtime: Runtime) -> None:
    """Count the bytes before the original takes the entries."""
    from ministack.core.responses import error_response_json

    put = original(PUT_EVENTS)

    def put_events(data: dict[str, Any], *arguments: Any, **options: Any) -> Any:
        if sum(map(entry_bytes, data.get("Entries", []))) > MAX_ENTRIES_BYTES:
            text = "Total size of the entries in the request is over the limit."
            return error_response_json("ValidationException", text, 400)
        return put(data, *arguments, **options)

    patch(PUT_EVENTS, put_events)


PATCH = Patch(
    name="ministack-eventbridge-size",
    needed_for="behaviour",
    points={PUT_EVENTS: "ebcda0f38061fc62"},
    apply=apply,
)
