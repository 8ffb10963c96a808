"""Cut search: a look that takes long changes nothing but the time; what follows it waits for its outcome."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from earshot_contract.documents.engine_profile import EngineProfile
from earshot_contract.documents.shards import PacketPosition
from transcriber.planning import cut_search
from transcriber.planning.close_look import Cut
from transcriber.planning.cut_search import Batch, CutSearch
from transcriber.whisper.windows.profile import PROFILES

LENGTH, SECONDS, BATCH = 120.0, 1000, 7  # seconds of a shard and of the file, one a packet; packets in a batch
SPEECH = (200, 330)  # seconds without a pause


class Packet:
    """A second of audio."""

    size, pos = 100, None

    def __init__(self, number: int) -> None:
        self.pts = number

    def decode(self) -> list[Any]:
        return []


class Look:
    """A look that finds a pause right before the target, but for those at speech. Notes what was given to it."""

    made: ClassVar[list[tuple[float, int, float]]] = []
    seconds = 0.0
    cuts_speech = False  # whether a look finds where speech without a pause can be cut

    def __init__(self, start: float) -> None:
        self.start, self.packets = start, list[PacketPosition]()

    def add(self, position: PacketPosition, frames: list[Any]) -> None:
        self.packets.append(position)

    def is_steady(self, end: float) -> bool:
        return end == self.packets[-1].seconds + 1

    def best_cut(self, target: float, after: float, profile: Any) -> Cut | None:
        time.sleep(self.seconds)
        self.made.append((self.start, len(self.packets), target))
        near = [p for p in self.packets if after <= p.seconds < target and not SPEECH[0] <= p.seconds < SPEECH[1]]
        if near:
            return Cut(near[-1], True)
        in_speech = [p for p in self.packets if self.cuts_speech and after <= p.seconds < target]
        return Cut(in_speech[-1], False) if in_speech else None


def search(ends: tuple[int, ...] = (SECONDS,)) -> tuple[list[float], list[tuple[float, int, float]]]:
    """Search a file of parts that end at these seconds; return the cuts, and the looks that were made."""
    Look.made = []
    with CutSearch(LENGTH, 50, PROFILES[EngineProfile.ACCURATE]) as found:
        first = 0
        for number, end in enumerate(ends):
            codec = SimpleNamespace(flush_buffers=lambda: None)
            part: Any = SimpleNamespace(stream=SimpleNamespace(codec_context=codec))
            for start in range(first, end, BATCH):
                seconds = np.arange(start, min(end, start + BATCH))
                packets: list[Any] = [Packet(second) for second in seconds.tolist()]
                times = np.stack([seconds, seconds + 1], axis=1).astype(float)
                found.add(Batch(part, number, 1, start - first, packets, times))
            found.end_part()
            first = end
        found.end(float(ends[-1]))
    assert not found.unsteady
    return [cut.seconds for cut in found.cuts], Look.made


@pytest.fixture(autouse=True)
def looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut_search, "CloseLook", Look)


def test_looks_go_on_until_there_is_a_pause() -> None:
    cuts, made = search()

    assert cuts[:3] == [119.0, 359.0, 479.0]  # the target at 240 s lies in speech
    assert [target for *_, target in made][:4] == [120.0, 240.0, 240.0, 360.0]
    # A third of a shard before the target and a sixth behind it; the next look begins where that one ended.
    assert [(start, packets) for start, packets, _ in made[:3]] == [(80.0, 60), (200.0, 60), (260.0, 60)]


def test_speech_is_cut_near_its_target_if_no_pause_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Look, "cuts_speech", True)

    assert search()[0][:4] == [119.0, 239.0, 359.0, 479.0]  # no pause within half a shard behind 240 s


@pytest.mark.parametrize("limit", [0, 10, 10**6])  # packets that are kept behind a look
@pytest.mark.parametrize("ends", [(SECONDS,), (100, 125, 410, SECONDS), (950, 1000)])
def test_slow_look_changes_neither_cuts_nor_looks(
    ends: tuple[int, ...], limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = search(ends)
    monkeypatch.setattr(Look, "seconds", 0.003)
    monkeypatch.setattr(cut_search, "_MAX_KEPT_PACKETS", limit)

    assert search(ends) == prompt


def test_look_of_many_bytes_is_decoded_while_its_packets_come(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, kept = search(), list[int]()
    monkeypatch.setattr(cut_search, "_MAX_KEPT_BYTES", 10 * Packet.size)
    decode = cut_search._Look.decode
    monkeypatch.setattr(cut_search._Look, "decode", lambda look: (kept.append(len(look._packets)), decode(look)))

    assert search() == whole
    assert max(kept) == 11


def test_file_that_ends_in_a_look_is_not_cut_there() -> None:
    cuts, _ = search((150,))

    assert cuts == []  # the last shard would have half a length


def test_error_of_a_look_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(Look, "best_cut", fail)

    with pytest.raises(MemoryError):
        search()
