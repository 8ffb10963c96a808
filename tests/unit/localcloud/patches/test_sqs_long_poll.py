"""Long polls of the emulated SQS wake when a message arrives."""

from __future__ import annotations

import asyncio
import threading

import pytest

from localcloud.patches import ministack_sqs_long_poll


@pytest.fixture
def waiter(monkeypatch: pytest.MonkeyPatch) -> ministack_sqs_long_poll.LongPollWaiter:
    # A poll that is not woken waits past the test's timeout.
    monkeypatch.setattr(ministack_sqs_long_poll, "RECHECK_SECONDS", 3600.0)
    return ministack_sqs_long_poll.LongPollWaiter(threading.Event())


@pytest.mark.timeout(10)
def test_waiter_set_wakes_every_long_poll(waiter: ministack_sqs_long_poll.LongPollWaiter) -> None:
    async def three_polls() -> None:
        waiting = [asyncio.create_task(waiter.sleep(0.1)) for _ in range(3)]
        await asyncio.sleep(0)
        waiter.set()
        await asyncio.gather(*waiting)

    asyncio.run(three_polls())

    assert waiter.wake_event.is_set()  # ministack's own waiters as well
    assert not waiter.waiting


@pytest.mark.timeout(10)
def test_waiter_set_from_thread_wakes_long_poll(waiter: ministack_sqs_long_poll.LongPollWaiter) -> None:
    async def poll() -> None:
        waiting = asyncio.create_task(waiter.sleep(0.1))
        await asyncio.sleep(0)
        await asyncio.to_thread(waiter.set)
        await waiting

    asyncio.run(poll())


@pytest.mark.timeout(10)
def test_long_poll_without_message_ends_at_deadline(waiter: ministack_sqs_long_poll.LongPollWaiter) -> None:
    asyncio.run(waiter.sleep(0.01))  # the rest of the poll's time; no message arrives
