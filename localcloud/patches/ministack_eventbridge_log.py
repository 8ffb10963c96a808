"""ministack: EventBridge forgets events that it has delivered.

Why: ministack 1.5.33 appends every event to a list that nothing reads, for as long as it runs: some events a job, each
    with the job's whole description. AWS keeps none.
Upstream: none filed.
Remove when: ministack's `_put_events` keeps no event.
Test: tests/localcloud/patches/test_ministack_messages.py::test_delivered_events_without_patch_are_kept
"""

from __future__ import annotations

from collections import deque
from typing import Any

from localcloud.patches.registry import Patch, Runtime, patch

EVENTS = "ministack.services.eventbridge:_events_log_list"


def apply(runtime: Runtime) -> None:
    """Give each caller a list that keeps nothing."""

    def nothing_kept() -> deque[Any]:
        return deque(maxlen=0)

    patch(EVENTS, nothing_kept)


PATCH = Patch(
    name="ministack-eventbridge-log",
    needed_for="memory",
    points={EVENTS: "4e34b51983540b9f"},
    apply=apply,
)
