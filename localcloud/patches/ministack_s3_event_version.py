"""The object's version in what S3 tells EventBridge, which ministack 1.5.33 leaves out."""

from __future__ import annotations

import json
from contextvars import ContextVar
from typing import Any

from localcloud.patches.registry import replace

S3 = "ministack.services.s3"
EVENTBRIDGE = "ministack.services.eventbridge"

version: ContextVar[str | None] = ContextVar("version", default=None)


def install() -> None:
    def fire(*arguments: Any, **named: Any) -> None:
        held = version.set(named.get("version_id"))
        try:
            fire_plain(*arguments, **named)
        finally:
            version.reset(held)

    def dispatch(event: dict[str, Any], view: Any = None) -> Any:
        if event.get("Source") == "aws.s3" and version.get():
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = version.get()
            event = {**event, "Detail": json.dumps(detail)}
        return dispatch_plain(event, view)

    fire_plain = replace(f"{S3}:_fire_s3_event", fire)
    dispatch_plain = replace(f"{EVENTBRIDGE}:_dispatch_event", dispatch)
