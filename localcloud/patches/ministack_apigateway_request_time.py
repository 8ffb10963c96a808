"""ministack: `requestTimeEpoch` of a REST API's event is when the request was received.

Why: ministack 1.5.33 writes the time at which it makes the event, after the authorizer, which waits for an environment
    in a burst. The API's function counts its seconds from there: it began work that the gateway no longer waited for,
    and of 200 callers at once some got a 503 whose job ran.
Upstream: none filed.
Remove when: ministack's events have the time at which the gateway received the request.
Test: tests/localcloud/patches/test_ministack.py::test_request_time_without_patch_is_after_the_authorizer
"""

from __future__ import annotations

from typing import Any

from localcloud.emulator.api_gateway import RECEIVED
from localcloud.patches.registry import Patch, Runtime, patch

EVENT = "ministack.services.apigateway_v1:_build_lambda_event_v1"


def apply(runtime: Runtime) -> None:
    """Replace the time in the event; of a request that came by another way it stays."""

    def build_event(*args: Any, **kwargs: Any) -> dict[str, Any]:
        event: dict[str, Any] = original_build(*args, **kwargs)
        received = RECEIVED.get()
        if received is not None:
            event["requestContext"]["requestTimeEpoch"] = int(received * 1000)
        return event

    original_build = patch(EVENT, build_event)


PATCH = Patch(
    name="ministack-apigateway-request-time", needed_for="behaviour", points={EVENT: "c7ac97b91f6ee999"}, apply=apply
)
