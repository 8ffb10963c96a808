"""Long polls wake when a message comes, instead of looking ten times a second.

ministack 1.5.33 answers a long poll by sleeping 100 ms at a time: on average 50 ms late, and busy while idle.
"""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from localcloud.patches.registry import original, replace

SQS = "ministack.services.sqs"
# A message also becomes visible when its delay or its visibility timeout ends; that is noticed this late at most.
RECHECK_SECONDS = 1.0


class LongPollWaiter:
    """Wakes every waiting long poll when ministack sets its wake event, so that each looks at its queue."""

    def __init__(self, wake_event: Any) -> None:
        self.wake_event, self.waiting = wake_event, set[asyncio.Future[None]]()

    def set(self) -> None:
        self.wake_event.set()
        for future in list(self.waiting):
            future.get_loop().call_soon_threadsafe(self.release, future)

    def release(self, future: asyncio.Future[None]) -> None:
        if not future.done():
            future.set_result(None)

    async def sleep(self, seconds: float) -> None:
        """In place of `asyncio.sleep` between two looks of a long poll.

        A message that comes between the look and this call is not lost: both run on the event loop, and so does
        every sender but EventBridge's and S3's, for which there is the look after RECHECK_SECONDS.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.add(future)
        try:
            await asyncio.wait([future], timeout=RECHECK_SECONDS if seconds >= 0.1 else seconds)
        finally:
            self.waiting.discard(future)


def install() -> None:
    waiter = LongPollWaiter(original(f"{SQS}:esm_wake"))
    replace(f"{SQS}:esm_wake", waiter)
    replace(f"{SQS}:asyncio", SimpleNamespace(sleep=waiter.sleep, iscoroutine=asyncio.iscoroutine))
