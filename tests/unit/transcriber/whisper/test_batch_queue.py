"""Batch queue: oldest first, interactive before bulk; batches hold equal keys and similar lengths only."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from transcriber.whisper import batch_queue
from transcriber.whisper.batch_queue import BatchQueue


@dataclass
class Window:
    name: str
    frames: int = 1000
    batch_key: int = 0
    interactive: bool = False
    active: bool = True
    seconds: float = 8.0


def names(batch: list[Window]) -> str:
    return "".join(sorted(window.name for window in batch))


def queue_of(*groups: list[Window], limit: int = 4) -> BatchQueue[Window]:
    queue: BatchQueue[Window] = BatchQueue(limit, 250)
    for group in groups:
        queue.put(group)
    return queue


def test_take_combines_shards_up_to_batch_limit() -> None:
    queue = queue_of(*([Window(name)] for name in "abcdef"))

    assert [names(queue.take()), names(queue.take())] == ["abcd", "ef"]


def test_take_returns_interactive_windows_first_and_alone() -> None:
    queue = queue_of([Window("a")], [Window("b", interactive=True)], [Window("c")])

    assert [names(queue.take()), names(queue.take())] == ["b", "ac"]


def test_take_separates_batch_keys_and_distant_lengths() -> None:
    queue = queue_of([Window("a")], [Window("b", batch_key=1)], [Window("c", frames=1500)], [Window("d", frames=1250)])

    assert [names(queue.take()) for _ in range(3)] == ["ad", "b", "c"]


def test_group_of_windows_stays_in_one_batch() -> None:
    queue = queue_of([Window("a"), Window("b"), Window("c")], [Window("d"), Window("e")], [Window("f")])

    assert [names(queue.take()), names(queue.take())] == ["abcf", "de"]


def test_inactive_windows_are_discarded() -> None:
    queue = queue_of([Window("a", active=False)], [Window("b")])

    assert names(queue.take()) == "b"
    assert queue.window_count == 0


def test_put_first_precedes_waiting_windows() -> None:
    queue = queue_of([Window("a")], [Window("b", frames=3000)])
    queue.put([Window("c", frames=3000)], first=True)

    assert names(queue.take()) == "bc"


def test_take_waits_for_announced_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_queue, "_LINGER_SECONDS", 60.0)
    queue = queue_of([Window("a")])

    for _ in range(2):  # the second one waits for a thread while the first is prepared
        queue.announce()

    with ThreadPoolExecutor(1) as pool:
        taken = pool.submit(queue.take)
        queue.prepared()
        assert not taken.done()
        queue.put([Window("b")])
        queue.prepared()
        assert names(taken.result(30)) == "ab"


@pytest.mark.parametrize("waiting", [[Window("a", interactive=True)], [Window(name) for name in "abcd"]])
def test_take_interactive_or_full_batch_does_not_wait(monkeypatch: pytest.MonkeyPatch, waiting: list[Window]) -> None:
    monkeypatch.setattr(batch_queue, "_LINGER_SECONDS", 60.0)
    queue = queue_of(*([window] for window in waiting))
    queue.announce()

    with ThreadPoolExecutor(1) as pool:
        assert len(pool.submit(queue.take).result(30)) == len(waiting)


def test_take_stops_waiting_after_linger_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_queue, "_LINGER_SECONDS", 0.01)
    queue = queue_of([Window("a")])
    queue.announce()

    with ThreadPoolExecutor(1) as pool:
        assert names(pool.submit(queue.take).result(30)) == "a"


def test_close_wakes_waiting_threads() -> None:
    queue = queue_of([Window("a", seconds=100.0)])
    queue.take()
    queue.put([Window("b", seconds=100.0)])
    waiting = [
        threading.Thread(target=lambda: queue.wait_for_space(50.0)),
        threading.Thread(target=lambda: [queue.take(), queue.take()]),
    ]
    for thread in waiting:
        thread.start()
    queue.close()
    for thread in waiting:
        thread.join(10)
    assert not any(thread.is_alive() for thread in waiting)
