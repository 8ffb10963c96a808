"""ministack: S3's events on EventBridge contain the object's version.

Why: ministack 1.5.33 leaves out `detail.object.version-id`. The id of an upload's job is made of bucket, key, version
    and sequencer, and the version makes sure that the job reads the object that caused the event.
Upstream: none filed. (https://github.com/ministackorg/ministack/issues/1005, closed, mended other members.)
Remove when: ministack writes `version-id` for objects of versioned buckets.
Test: tests/localcloud/patches/test_ministack_storage.py::test_s3_event_without_patch_has_no_version
"""

from __future__ import annotations

import json
from contextvars import ContextVar
from typing import Any

from localcloud.patches.registry import Patch, Runtime, patch

FIRE = "ministack.services.s3:_fire_s3_event"
DISPATCH = "ministack.services.eventbridge:_dispatch_event"

object_version: ContextVar[str | None] = ContextVar("object_version", default=None)


def apply(runtime: Runtime) -> None:
    """Remember the version while S3 sends an event; add it to the event on its way to EventBridge."""

    def fire(*arguments: Any, **named: Any) -> None:
        previous = object_version.set(named.get("version_id"))
        try:
            original_fire(*arguments, **named)
        finally:
            object_version.reset(previous)

    def dispatch(event: dict[str, Any], view: Any = None) -> Any:
        if event.get("Source") == "aws.s3" and object_version.get():
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = object_version.get()
            event = {**event, "Detail": json.dumps(detail)}
        return original_dispatch(event, view)

    original_fire = patch(FIRE, fire)
    original_dispatch = patch(DISPATCH, dispatch)


PATCH = Patch(
    name="ministack-s3-event-version",
    needed_for="behaviour",
    points={FIRE: "2ab38cfade76bf2e", DISPATCH: "d1bfe064f602d11c"},
    apply=apply,
)
