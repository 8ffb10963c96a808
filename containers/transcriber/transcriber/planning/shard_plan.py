"""Shard plan: the packets of a file are counted, then it is cut at pauses near evenly spaced targets.

Two passes over the packets, and only the seconds around a target are decoded: memory does not grow with the length.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream as AvAudioStream
from av.packet import Packet

from earshot_contract.audio_tracks import TrackRequest
from earshot_contract.shards import PacketPosition, PlanRequest, RawAudio
from transcriber.audio.container import UNREADABLE
from transcriber.audio.open_part import OpenPart
from transcriber.audio.packets import PRE_ROLL_PACKETS, PacketClock
from transcriber.audio.recordings import recordings
from transcriber.planning.close_look import CloseLook

LOOK_SECONDS = 20.0  # decoded around a target; speech without a pause that long is looked at further
# The length of a recording, as a multiple of what its packets contain; the rest are holes. The clock of one that is
# mostly holes cannot be trusted.
_MAX_STRETCH = 3.0

NO_PAUSE = "The recording was cut into {found} parts, not {count}: speech without a pause, or packets longer than one."
UNSTEADY = "The recording was not cut: its packets do not say when they are to be heard."


@dataclass(frozen=True)
class FoundCuts:
    """What a plan found out. Times are seconds; `reason` says why there are fewer cuts than requested."""

    seconds: float
    packets: int
    cuts: list[PacketPosition]
    reason: str | None = None


class _PlacedPacket(NamedTuple):
    """A packet and its place; a tuple, because there are millions."""

    part: OpenPart
    part_number: int
    packet: Packet[AvAudioStream]
    number: int  # in the part
    start: float  # seconds of the file
    end: float

    def position(self) -> PacketPosition:
        """Return the position at which a shard would begin with this packet."""
        packet = self.packet
        offset = packet.pos if packet.pos is not None and packet.pos >= 0 else None
        return PacketPosition(round(self.start, 6), self.number, self.part_number, packet.pts, offset)


def find_cuts(
    path: Path, request: PlanRequest, *, raw: RawAudio | None = None, track: TrackRequest | None = None
) -> FoundCuts:
    """Find out how long a file is and where it can be cut.

    Args:
        path: the whole file.
        request: how long a shard should be.
        raw: how to read headerless audio.
        track: the requested audio track; None: the default one.

    Raises:
        ShardFailed: the file is not audio.
    """
    seconds, packets, filled = 0.0, 0, 0.0
    for placed in _packets(path, raw, track):
        seconds, packets, filled = placed.end, packets + 1, filled + placed.end - placed.start
    if seconds > _MAX_STRETCH * filled:
        return FoundCuts(round(seconds, 3), packets, [], UNSTEADY)
    count = max(1, min(request.maximum, round(seconds / max(request.shard_seconds, 1.0))))
    if count == 1:
        return FoundCuts(round(seconds, 3), packets, [])
    search = _CutSearch(seconds, count)
    for placed in _packets(path, raw, track):
        search.add(placed)
    search.end_look()
    if search.unsteady:
        return FoundCuts(round(seconds, 3), packets, [], UNSTEADY)
    found = len(search.cuts) + 1
    reason = None if found == count else NO_PAUSE.format(found=found, count=count)
    return FoundCuts(round(seconds, 3), packets, search.cuts, reason)


class _CutSearch:
    """Looks for one cut after another while the packets of a file go by."""

    def __init__(self, seconds: float, count: int) -> None:
        """Cut `seconds` into `count` shards of about the same length."""
        self._length = seconds / count
        self._targets = deque(self._length * number for number in range(1, count))
        self._earlier: deque[Packet[AvAudioStream]] = deque(maxlen=PRE_ROLL_PACKETS)
        self._part: OpenPart | None = None
        self._look: CloseLook | None = None
        self._look_start = self._look_end = 0.0
        self.cuts: list[PacketPosition] = []
        self.unsteady = False

    def add(self, placed: _PlacedPacket) -> None:
        """Take the next packet."""
        if placed.part is not self._part:
            self.end_look()
            self._earlier.clear()
            self._part = placed.part
        if self._look and placed.start >= self._look_start + LOOK_SECONDS:
            self.end_look()
        if not self._targets or self.unsteady:
            return
        if self._look is None and placed.start >= self._targets[0] - LOOK_SECONDS / 2:
            self._begin_look(placed)
        if self._look is None:
            self._earlier.append(placed.packet)
            return
        self._look.add(placed.position(), _decoded(placed.packet))
        self._look_end = placed.end

    def end_look(self) -> None:
        """Decide on the target that is being looked at: cut there, look further, or give it up."""
        if self._look is None:
            return
        look, self._look = self._look, None
        self.unsteady |= not look.is_steady(self._look_end)
        cut = look.best_cut(self._targets[0])
        if cut is not None and cut.seconds > (self.cuts[-1].seconds if self.cuts else 0.0) + self._length / 2:
            self.cuts.append(cut)
            self._targets.popleft()
        elif self._look_end > self._targets[0] + self._length / 2:
            self._targets.popleft()

    def _begin_look(self, placed: _PlacedPacket) -> None:
        self._look_start = placed.start
        self._look = CloseLook(self._look_start)
        placed.part.stream.codec_context.flush_buffers()
        for packet in self._earlier:
            _decoded(packet)
        self._earlier.clear()


def _decoded(packet: Packet[AvAudioStream]) -> list[AudioFrame]:
    try:
        return [frame for frame in packet.decode() if isinstance(frame, AudioFrame) and frame.sample_rate]
    except UNREADABLE:
        return []


def _packets(path: Path, raw: RawAudio | None, track: TrackRequest | None) -> Iterator[_PlacedPacket]:
    """Yield the packets of all parts of a file, each with its place."""
    start = 0.0
    for number, part in recordings(path, raw, track):
        clock = PacketClock(part, start)
        packets = enumerate(part.container.demux(part.stream))
        while True:
            try:
                count, packet = next(packets, (0, None))
            except UNREADABLE:
                break  # the decoder ends there, too
            if packet is None:
                break
            seconds = clock.start_of(packet)
            yield _PlacedPacket(part, number, packet, count, seconds, clock.seconds)
        start = clock.seconds
