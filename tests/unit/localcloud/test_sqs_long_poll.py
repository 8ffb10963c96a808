"""A long poll wakes for a message, not for a clock."""

from __future__ import annotations

import asyncio
import threading

import pytest

from localcloud.patches import ministack_sqs_long_poll


@pytest.fixture
def bell(monkeypatch: pytest.MonkeyPatch) -> ministack_sqs_long_poll.Bell:
    monkeypatch.setattr(
        ministack_sqs_long_poll, "LOOK_SECONDS", 3600.0
    )  # whoever is not woken waits past the test's timeout
    return ministack_sqs_long_poll.Bell(threading.Event())


@pytest.mark.timeout(10)
def test_every_waiting_poll_is_woken(bell: ministack_sqs_long_poll.Bell) -> None:
    async def polls() -> None:
        waiting = [asyncio.create_task(bell.sleep(0.1)) for _ in range(3)]
        await asyncio.sleep(0)
        bell.set()
        await asyncio.gather(*waiting)

    asyncio.run(polls())

    assert bell.wake.is_set()  # ministack's own waiters as well
    assert not bell.waiting


@pytest.mark.timeout(10)
def test_a_message_from_another_thread_wakes_as_well(bell: ministack_sqs_long_poll.Bell) -> None:
    async def poll() -> None:
        waiting = asyncio.create_task(bell.sleep(0.1))
        await asyncio.sleep(0)
        await asyncio.to_thread(bell.set)
        await waiting

    asyncio.run(poll())


@pytest.mark.timeout(10)
def test_the_end_of_a_poll_is_kept(bell: ministack_sqs_long_poll.Bell) -> None:
    asyncio.run(bell.sleep(0.01))  # what is left until the poll's deadline, nobody rings
