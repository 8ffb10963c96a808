"""ministack: long polls of SQS wake when a message arrives.

Why: ministack 1.5.33 sleeps 100 ms between two looks at the queue, and an idle long poll keeps the processor busy ten
    times a second. Measured with boto3 on a busy machine of two cores: a message is received 65 ms after it is sent,
    with the patch 18 ms (medians of 20).
Upstream: none filed.
Remove when: ministack's ReceiveMessage waits for its wake event.
Test: tests/localcloud/patches/test_ministack_messages.py::test_idle_long_poll_without_patch_looks_ten_times_a_second
"""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from localcloud.patches.registry import Patch, Runtime, original, patch

WAKE_EVENT = "ministack.services.sqs:esm_wake"
ASYNCIO = "ministack.services.sqs:asyncio"
# Seconds between two looks of a long poll that nothing wakes. A message also becomes visible when its delay or its
# visibility timeout ends; a long poll notices that at most this late.
RECHECK_SECONDS = 1.0


class LongPollWaiter:
    """Stands in for ministack's wake event; setting it wakes every waiting long poll, which then looks at its queue.

    Args:
        wake_event: ministack's own event, which is set as well.
    """

    def __init__(self, wake_event: Any) -> None:
        self.wake_event, self.waiting = wake_event, set[asyncio.Future[None]]()

    def set(self) -> None:
        """Set ministack's event and wake every waiting long poll. May be called from any thread."""
        self.wake_event.set()
        for future in list(self.waiting):
            future.get_loop().call_soon_threadsafe(self.release, future)

    def release(self, future: asyncio.Future[None]) -> None:
        """Let one long poll go on."""
        if not future.done():
            future.set_result(None)

    async def sleep(self, seconds: float) -> None:
        """Wait until the event is set, in place of `asyncio.sleep` between two looks of a long poll.

        A message that arrives between the look and this call is not lost: both run on the event loop, and so does
        every sender except those of EventBridge and S3, for which there is the look after RECHECK_SECONDS.

        Args:
            seconds: 0.1, or what is left of the long poll when that is less.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.add(future)
        try:
            await asyncio.wait([future], timeout=RECHECK_SECONDS if seconds >= 0.1 else seconds)
        finally:
            self.waiting.discard(future)


def apply(runtime: Runtime) -> None:
    """Replace the wake event, and the `asyncio` by which ministack's SQS sleeps."""
    waiter = LongPollWaiter(original(WAKE_EVENT))
    patch(WAKE_EVENT, waiter)
    patch(ASYNCIO, SimpleNamespace(sleep=waiter.sleep, iscoroutine=asyncio.iscoroutine))


PATCH = Patch(
    name="ministack-sqs-long-poll",
    needed_for="latency",
    points={WAKE_EVENT: "4e1f49a9c8ae8a15", ASYNCIO: "120970d812836f19"},
    apply=apply,
)
