"""The batcher: oldest first, interactive before bulk, only windows of one kind and of like length together."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from transcriber.whisper import batch_queue
from transcriber.whisper.batch_queue import Batcher


@dataclass
class Window:
    name: str
    frames: int = 1000
    kind: int = 0
    interactive: bool = False
    wanted: bool = True
    seconds: float = 8.0


def names(batch: list[Window]) -> str:
    return "".join(sorted(window.name for window in batch))


def filled(*parcels: list[Window], limit: int = 4) -> Batcher[Window]:
    batcher: Batcher[Window] = Batcher(limit, 250)
    for parcel in parcels:
        batcher.put(parcel)
    return batcher


def test_windows_of_different_shards_leave_together_up_to_the_limit() -> None:
    batcher = filled(*([Window(name)] for name in "abcdef"))

    assert [names(batcher.take()), names(batcher.take())] == ["abcd", "ef"]


def test_interactive_windows_overtake_bulk_and_do_not_wait_for_its_company() -> None:
    batcher = filled([Window("a")], [Window("b", interactive=True)], [Window("c")])

    assert [names(batcher.take()), names(batcher.take())] == ["b", "ac"]


def test_kinds_and_lengths_do_not_mix() -> None:
    batcher = filled([Window("a")], [Window("b", kind=1)], [Window("c", frames=1500)], [Window("d", frames=1250)])

    assert [names(batcher.take()) for _ in range(3)] == ["ad", "b", "c"]


def test_a_parcel_stays_together() -> None:
    batcher = filled([Window("a"), Window("b"), Window("c")], [Window("d"), Window("e")], [Window("f")])

    assert [names(batcher.take()), names(batcher.take())] == ["abcf", "de"]


def test_windows_of_a_failed_shard_are_forgotten() -> None:
    batcher = filled([Window("a", wanted=False)], [Window("b")])

    assert names(batcher.take()) == "b"
    assert batcher.windows == 0


def test_what_was_refused_goes_before_what_is_new() -> None:
    batcher = filled([Window("a")], [Window("b", frames=3000)])
    batcher.put([Window("c", frames=3000)], first=True)

    assert names(batcher.take()) == "bc"


def test_a_batch_lingers_for_what_is_being_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_queue, "_LINGER", 60.0)
    batcher = filled([Window("a")])

    with ThreadPoolExecutor(1) as pool:
        with batcher.coming():
            taken = pool.submit(batcher.take)
            assert not taken.done()
            batcher.put([Window("b")])
        assert names(taken.result(30)) == "ab"


@pytest.mark.parametrize("waiting", [[Window("a", interactive=True)], [Window(name) for name in "abcd"]])
def test_neither_who_waits_at_the_door_nor_a_full_batch_lingers(
    monkeypatch: pytest.MonkeyPatch, waiting: list[Window]
) -> None:
    monkeypatch.setattr(batch_queue, "_LINGER", 60.0)
    batcher = filled(*([window] for window in waiting))

    with batcher.coming(), ThreadPoolExecutor(1) as pool:
        assert len(pool.submit(batcher.take).result(30)) == len(waiting)


def test_lingering_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_queue, "_LINGER", 0.01)
    batcher = filled([Window("a")])

    with batcher.coming(), ThreadPoolExecutor(1) as pool:
        assert names(pool.submit(batcher.take).result(30)) == "a"


def test_closing_wakes_who_waits() -> None:
    batcher = filled([Window("a", seconds=100.0)])
    batcher.take()
    batcher.put([Window("b", seconds=100.0)])
    waiting = [
        threading.Thread(target=lambda: batcher.wait_for_room(50.0)),
        threading.Thread(target=lambda: [batcher.take(), batcher.take()]),
    ]
    for thread in waiting:
        thread.start()
    batcher.close()
    for thread in waiting:
        thread.join(10)
    assert not any(thread.is_alive() for thread in waiting)
