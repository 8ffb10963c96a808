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
LOOK_SECONDS = 1.0


class Bell:
    """Everything that sets ministack's wake event rings it; every waiting long poll then looks."""

    def __init__(self, wake: Any) -> None:
        self.wake, self.waiting = wake, set[asyncio.Future[None]]()

    def set(self) -> None:
        self.wake.set()
        for waiter in list(self.waiting):
            waiter.get_loop().call_soon_threadsafe(self.release, waiter)

    def release(self, waiter: asyncio.Future[None]) -> None:
        if not waiter.done():
            waiter.set_result(None)

    async def sleep(self, seconds: float) -> None:
        """In place of `asyncio.sleep` between two looks of a long poll.

        A message that comes between the look and this call is not lost: both run on the event loop, and so does
        every sender but EventBridge's and S3's, for which there is the look after LOOK_SECONDS.
        """
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.add(waiter)
        try:
            await asyncio.wait([waiter], timeout=LOOK_SECONDS if seconds >= 0.1 else seconds)
        finally:
            self.waiting.discard(waiter)


def install() -> None:
    bell = Bell(original(f"{SQS}:esm_wake"))
    replace(f"{SQS}:esm_wake", bell)
    replace(f"{SQS}:asyncio", SimpleNamespace(sleep=bell.sleep, iscoroutine=asyncio.iscoroutine))
