"""Shard plan: the packets of a file are counted, and it is cut at pauses near evenly spaced targets.

One pass over the packets, and only the seconds around a target are decoded: memory does not grow with the length.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream as AvAudioStream
from av.packet import Packet

from earshot_contract.audio_tracks import TrackRequest
from earshot_contract.engine_profile import EngineProfile
from earshot_contract.shards import PacketPosition, PlanRequest, RawAudio
from transcriber.audio.container import UNREADABLE
from transcriber.audio.open_part import OpenPart
from transcriber.audio.packets import PRE_ROLL_PACKETS, PacketClock
from transcriber.audio.recordings import recordings
from transcriber.audio.tracks import decodable_tracks
from transcriber.planning.close_look import CloseLook
from transcriber.whisper.windows.profile import PROFILES, Profile

# Decoded around a target; speech without a pause that long is looked at further. Windows of the whole file are found
# again some windows behind an arbitrary beginning, and each is known half a minute later. Shorter shards, which no job
# has, get a smaller share.
_LOOK_BEFORE_SECONDS, _LOOK_AFTER_SECONDS = 50.0, 20.0
_MOST_LOOK_BEFORE, _MOST_LOOK_AFTER = 1 / 3, 1 / 6  # of a shard's length
_CUT_BEFORE_SECONDS = 30.0  # a cut lies at most so long before its target
_BATCH_PACKETS = 256  # placed at once: numpy's calls cost little for each, and packets of lossless codecs are 16 KB
# The length of a recording, as a multiple of what its packets contain; the rest are holes. The clock of one that is
# mostly holes cannot be trusted.
_MAX_STRETCH = 3.0

NO_PAUSE = "The recording was cut into {found} parts, not {count}: speech without a pause, or packets longer than one."
SEVERAL_TRACKS = "The recording was not cut: its channels may be those of several audio tracks."
UNSTEADY = "The recording was not cut: its packets do not say when they are to be heard."


@dataclass(frozen=True)
class FoundCuts:
    """What a plan found out. Times are seconds; `reason` says why there are fewer cuts than requested."""

    seconds: float
    packets: int
    cuts: list[PacketPosition]
    reason: str | None = None


class _Batch(NamedTuple):
    """Packets that follow one another in a part of a file."""

    part: OpenPart
    part_number: int
    tracks: int  # of the part
    first: int  # number of its first packet in the part
    packets: list[Packet[AvAudioStream]]
    times: np.ndarray  # seconds of the file at which each begins and ends, shape (packets, 2)

    @property
    def end(self) -> float:
        """Seconds of the file to the end of the last packet."""
        return float(self.times[-1, 1])

    def position(self, index: int) -> PacketPosition:
        """Return the position at which a shard would begin with a packet of the batch."""
        packet = self.packets[index]
        offset = packet.pos if packet.pos is not None and packet.pos >= 0 else None
        seconds = round(float(self.times[index, 0]), 6)
        return PacketPosition(seconds, self.first + index, self.part_number, packet.pts, offset)


def find_cuts(
    path: Path,
    request: PlanRequest,
    *,
    raw: RawAudio | None = None,
    track: TrackRequest | None = None,
    profile: Profile = PROFILES[EngineProfile.ACCURATE],
) -> FoundCuts:
    """Find out how long a file is and where it can be cut.

    Args:
        path: the whole file.
        request: how long a shard should be. The last one is between half as long and one and a half times as long.
        raw: how to read headerless audio.
        track: the requested audio track; None: the default one.
        profile: profile of the windows that the shards will be split into.

    Raises:
        ShardFailed: the file is not audio.
    """
    length = max(request.shard_seconds, 1.0)
    seconds, packets, filled = 0.0, 0, 0.0
    search = _CutSearch(length, request.maximum, profile)
    several_tracks, is_open = False, track is None or track.preferred
    for batch in _batches(path, raw, track):
        # Each channel is looked for in the track that has it: their packets may be others than those counted here.
        several_tracks |= request.channels > 1 and is_open and batch.tracks > 1
        search.add(batch)
        seconds, packets = batch.end, packets + len(batch.packets)
        filled += float((batch.times[:, 1] - batch.times[:, 0]).sum())
    count = max(1, round(seconds / length))
    if several_tracks:
        return FoundCuts(round(seconds, 3), packets, [], None if count == 1 else SEVERAL_TRACKS)
    if count > request.maximum:  # the file is far longer than its header, or its size, let expect
        even = replace(request, shard_seconds=seconds / request.maximum)
        return find_cuts(path, even, raw=raw, track=track, profile=profile)
    search.end(seconds)
    if search.unsteady or seconds > _MAX_STRETCH * filled:
        return FoundCuts(round(seconds, 3), packets, [], None if count == 1 else UNSTEADY)
    found = len(search.cuts) + 1
    reason = None if found >= count else NO_PAUSE.format(found=found, count=count)
    return FoundCuts(round(seconds, 3), packets, search.cuts, reason)


class _CutSearch:
    """Looks for one cut after another while the packets of a file go by."""

    def __init__(self, length: float, maximum: int, profile: Profile) -> None:
        """Cut into shards of `length` seconds, at most so many."""
        self._length, self._profile = length, profile
        self._before = min(_LOOK_BEFORE_SECONDS, _MOST_LOOK_BEFORE * length)
        self._after = min(_LOOK_AFTER_SECONDS, _MOST_LOOK_AFTER * length)
        self._targets = deque(length * number for number in range(1, maximum))
        self._earlier: deque[Packet[AvAudioStream]] = deque(maxlen=PRE_ROLL_PACKETS)
        self._part: OpenPart | None = None
        self._look: CloseLook | None = None
        self._look_start = self._look_end = 0.0
        self.cuts: list[PacketPosition] = []
        self.unsteady = False

    def add(self, batch: _Batch) -> None:
        """Take the next packets."""
        if batch.part is not self._part:
            self._end_look()
            self._earlier.clear()
            self._part = batch.part
        if self._look is None and not self._is_near(batch.end):
            self._earlier.extend(batch.packets[-PRE_ROLL_PACKETS:])
            return
        for index in range(len(batch.packets)):
            self._add_packet(batch, index)

    def end(self, seconds: float) -> None:
        """End the search; the file has so many seconds. Too short a last shard joins the one before."""
        if seconds - self._look_start >= self._length / 2:
            self._end_look()
        while self.cuts and seconds - self.cuts[-1].seconds < self._length / 2:
            self.cuts.pop()

    def _is_near(self, seconds: float) -> bool:
        is_searching = self._targets and not self.unsteady
        return bool(is_searching) and seconds >= self._targets[0] - self._before

    def _add_packet(self, batch: _Batch, index: int) -> None:
        start, end = batch.times[index].tolist()
        packet = batch.packets[index]
        if self._look and start >= self._look_start + self._before + self._after:
            self._end_look()
        if self._look is None and self._is_near(start):
            self._begin_look(batch.part, start)
        if self._look is None:
            self._earlier.append(packet)
            return
        self._look.add(batch.position(index), _decoded(packet))
        self._look_end = end

    def _begin_look(self, part: OpenPart, start: float) -> None:
        self._look_start = start
        self._look = CloseLook(start)
        part.stream.codec_context.flush_buffers()
        for packet in self._earlier:
            _decoded(packet)
        self._earlier.clear()

    def _end_look(self) -> None:
        """Decide on the target that is being looked at: cut there, look further, or give it up."""
        if self._look is None:
            return
        look, self._look = self._look, None
        self.unsteady |= not look.is_steady(self._look_end)
        target = self._targets[0]
        cut = look.best_cut(target, target - _CUT_BEFORE_SECONDS, self._profile)
        if cut is not None and cut.seconds > (self.cuts[-1].seconds if self.cuts else 0.0) + self._length / 2:
            self.cuts.append(cut)
            self._targets.popleft()
        elif self._look_end > target + self._length / 2:
            self._targets.popleft()


def _decoded(packet: Packet[AvAudioStream]) -> list[AudioFrame]:
    try:
        return [frame for frame in packet.decode() if isinstance(frame, AudioFrame) and frame.sample_rate]
    except UNREADABLE:
        return []


def _batches(path: Path, raw: RawAudio | None, track: TrackRequest | None) -> Iterator[_Batch]:
    """Yield the packets of all parts of a file, each with its place."""
    start = 0.0
    for number, part in recordings(path, raw, track):
        clock, first = PacketClock(part, start), 0
        tracks = len(decodable_tracks(part.container))
        demuxed = part.packets()
        while packets := _some(demuxed):
            yield _Batch(part, number, tracks, first, packets, clock.times_of(packets))
            first += len(packets)
        start = clock.seconds


def _some(demuxed: Iterator[Packet[AvAudioStream]]) -> list[Packet[AvAudioStream]]:
    """Return the next packets; none at the end, or behind what cannot be read: the decoder ends there, too."""
    packets: list[Packet[AvAudioStream]] = []
    try:
        for packet in islice(demuxed, _BATCH_PACKETS):
            packets.append(packet)
    except UNREADABLE:
        pass
    return packets
