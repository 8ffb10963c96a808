"""Packets of a track from one position to another, and their times on a player's clock; nothing is decoded here."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from itertools import islice
from typing import NamedTuple

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream as AvAudioStream
from av.packet import Packet

from earshot_contract.documents.shards import PacketPosition
from transcriber.audio.decoding.container import UNREADABLE
from transcriber.audio.decoding.open_part import OpenPart
from transcriber.audio.decoding.timeline import stamp_of

# Decoded before the first packet of a shard, so that codecs with memory (MP3's bit reservoir, overlapping transforms,
# adaptive prediction) have settled: 1.3 s of Opus, 1.7 s of MP3, far more than any of them remembers.
PRE_ROLL_PACKETS = 64
# Packets that are kept for context while those before a range go by, at most: 20 s of those of 10 ms. Longer ones are
# fewer, because they have more bytes: twice as many as the codec's usual length needs.
_MAX_CONTEXT_PACKETS = 2048
_MAX_PACKET_SECONDS = 10.0  # more is damage; the longest are those of lossless codecs, of a second or two
_MAX_ROUNDING_SECONDS = 0.1  # a clock that is further from the count has a gap
_BEGINNING_PACKETS = 16  # decoded to learn where the sound begins, and how long a frame is


class PacketRole(Enum):
    """Purpose of a packet: the range, the context before or behind it, or settling the decoder before both."""

    SETTLING = auto()
    BEFORE = auto()
    INSIDE = auto()
    BEHIND = auto()


def packets_between(
    part: OpenPart,
    first: PacketPosition | None = None,
    until: PacketPosition | None = None,
    context_seconds: float = 0.0,
) -> Iterator[tuple[Packet[AvAudioStream], PacketRole]]:
    """Yield the packets to decode, each with its role.

    The packets before the context are read and not decoded: 1.1 million of 11.2 hours of MP3 take about three seconds.

    Args:
        part: an opened part whose packets were not read yet.
        first: the range's first packet; None: the first of the part.
        until: the packet after the range's last; None: the range ends with the part.
        context_seconds: audio to decode before `first`. Behind `until` the caller ends when it has enough.

    Raises:
        RuntimeError: the file's packets are not those that were counted when the positions were made.
    """
    usual = _usual_seconds(part)
    maximum = min(_MAX_CONTEXT_PACKETS, round(2 * context_seconds / usual) if usual else _MAX_CONTEXT_PACKETS)
    earlier: deque[Packet[AvAudioStream]] = deque(maxlen=PRE_ROLL_PACKETS + (maximum if context_seconds else 0))
    for number, packet in enumerate(part.packets()):
        if until is not None and number >= until.packet:
            if number == until.packet:
                check_position(packet, until)
            if not context_seconds:
                return
            yield packet, PacketRole.BEHIND
            continue
        if first is not None and number < first.packet:
            earlier.append(packet)
            continue
        if first is not None and number == first.packet:
            check_position(packet, first)
            # Nothing has to be settled at the beginning of a part.
            needed = PRE_ROLL_PACKETS if number > len(earlier) else 0
            settling = len(earlier) - _count_of(earlier, context_seconds, usual, len(earlier) - needed)
            for index, before in enumerate(islice(earlier, max(0, settling - PRE_ROLL_PACKETS), None)):
                yield before, PacketRole.SETTLING if index < min(settling, PRE_ROLL_PACKETS) else PacketRole.BEFORE
            earlier.clear()
        yield packet, PacketRole.INSIDE


def _usual_seconds(part: OpenPart) -> float:
    """Return the length of a packet by its codec; 0: that does not say it."""
    codec = part.stream.codec_context
    return codec.frame_size / codec.sample_rate if codec.frame_size and codec.sample_rate else 0.0


def _count_of(packets: Sequence[Packet[AvAudioStream]], seconds: float, usual: float, maximum: int) -> int:
    """Count the packets at the end that last `seconds` in all; `usual`: seconds of one whose length is not known."""
    count, found = 0, 0.0
    for packet in reversed(packets):
        if found >= seconds or count >= maximum:
            break
        found += float((packet.duration or 0) * packet.time_base) or usual
        count += 1
    return count


def check_position(packet: Packet[AvAudioStream], position: PacketPosition) -> None:
    """Raise RuntimeError unless the packet is the one that the position was made of."""
    if packet.pts != position.stamp:
        raise RuntimeError(f"Packet {position.packet} has the time stamp {packet.pts}, not {position.stamp}.")


def decoded(packet: Packet[AvAudioStream]) -> list[AudioFrame]:
    """Return what a packet is decoded to; nothing of a damaged one."""
    try:
        return [frame for frame in packet.decode() if isinstance(frame, AudioFrame) and frame.sample_rate]
    except UNREADABLE:
        return []


class _Beginning(NamedTuple):
    """The first sound of a part: which of its packets has it, its time stamp and length in seconds."""

    packet: int
    stamp: float | None
    seconds: float


class PacketClock:
    """Places packets in a file as `AudioStream` places the frames that they decode to: gaps count, overlaps do not.

    The first packets are decoded: how many samples an encoder put before the sound, and how many a frame has, is known
    by no container whose clock has milliseconds.
    """

    def __init__(self, part: OpenPart, start: float = 0.0) -> None:
        """Begin a part at `start` seconds of the file."""
        self._timeline, self._start = part.timeline, start
        self._timeline.continue_at(start)
        codec = part.stream.codec_context
        # Before anything is decoded: a look decodes on another thread, and damage can change what the codec says.
        self._frame_seconds = codec.frame_size / codec.sample_rate if codec.frame_size else 0.0
        # Once a part, not once a packet: there are a million, and each access makes a fraction.
        self._unit = float(part.stream.time_base) if part.stream.time_base else 0.0
        self._is_coarse = self._unit * (codec.sample_rate or 1) > 1
        self._has_edits = part.has_edits
        self._first = self._is_beginning = True
        self._end = 0.0  # of the samples so far, in seconds from the start of the part

    @property
    def seconds(self) -> float:
        """Seconds from the start of the file to the end of the packets so far."""
        return self._start + self._end

    def times_of(self, packets: Sequence[Packet[AvAudioStream]]) -> np.ndarray:
        """Count the next packets; return where they are.

        Those that follow one another without a gap are placed at once: one by one they cost as much as reading them.

        Returns:
            Seconds from the start of the file to a packet's first sample and to its end, shape (packets, 2).
        """
        if self._is_beginning:
            self._is_beginning = False
            if beginning := self._decode_beginning(packets):
                return self._times_from(beginning, packets)
        stamps = np.array([packet.pts for packet in packets], np.float64) * self._unit  # None becomes NaN
        lengths = self._lengths(np.array([packet.duration or 0 for packet in packets], np.float64), stamps)
        # Packets that an edit list leaves out are decoded for the next ones, and not heard: they have no time and no
        # length.
        unheard = [packet.is_discard for packet in packets] if self._has_edits else []
        if any(unheard):
            stamps[unheard], lengths[unheard] = np.nan, 0.0
        if not self._first and self._unit and self._timeline.continue_run(stamps, lengths):
            ends = np.cumsum(np.concatenate([[self._end], lengths]))
            self._end = float(ends[-1])
            return self._start + np.stack([ends[:-1], ends[1:]], axis=1)
        missing = np.isnan(stamps) | (not self._unit)
        times = [
            self._count(None if unknown else stamp, length)
            for stamp, length, unknown in zip(stamps.tolist(), lengths.tolist(), missing, strict=True)
        ]
        return self._start + np.array(times, np.float64).reshape(-1, 2)

    def _decode_beginning(self, packets: Sequence[Packet[AvAudioStream]]) -> _Beginning | None:
        """Learn the length of a frame; return where the sound begins; None: an edit list hides some of it."""
        found, longest = None, 0.0
        for number, packet in enumerate(packets[:_BEGINNING_PACKETS]):
            frames = decoded(packet)
            seconds = sum(frame.samples / frame.sample_rate for frame in frames)
            longest = max(longest, seconds)
            if seconds and found is None:
                found = _Beginning(number, stamp_of(frames[0]), seconds)
        self._frame_seconds = self._frame_seconds or longest
        return None if self._has_edits and any(packet.is_discard for packet in packets) else found

    def _times_from(self, beginning: _Beginning, packets: Sequence[Packet[AvAudioStream]]) -> np.ndarray:
        """Count the first packets of a part like `times_of`."""
        before = [(self._end, self._end)] * beginning.packet
        first = self._count(beginning.stamp, beginning.seconds)
        behind = packets[beginning.packet + 1 :]
        placed = self._start + np.array([*before, first], np.float64)
        return np.concatenate([placed, self.times_of(behind)]) if behind else placed

    def _count(self, stamp: float | None, length: float) -> tuple[float, float]:
        """Count a packet; return its start and end in seconds from the start of the part."""
        time = self._timeline.step(stamp, False, self._first, False)
        begin = self._end if time is None else max(self._end, time)
        if time is not None:
            length = max(0.0, length - (begin - time))  # what overlaps the samples before is not heard
            self._timeline.start_run(begin, 1)
        self._timeline.count(length)
        self._end = begin + length
        self._first &= length == 0  # packets before the clock's zero, which an encoder adds, are not heard
        return begin, self._end

    def _lengths(self, durations: np.ndarray, stamps: np.ndarray) -> np.ndarray:
        """Return the seconds of packets: of a frame exactly, where the container's unit is too coarse for it.

        Of frames of changing length, as Vorbis has, the errors of rounding would add up: the time stamps' do not.
        """
        seconds = durations * self._unit
        is_frame = (np.abs(self._frame_seconds - seconds) < self._unit) | (seconds > _MAX_PACKET_SECONDS)
        lengths = np.where(is_frame, self._frame_seconds, seconds)
        rounded = np.flatnonzero(~is_frame[:-1])
        if self._is_coarse and not self._first and len(rounded):
            begins = self._timeline.end + np.cumsum(lengths) - lengths
            late = (stamps - self._timeline.zero - begins)[rounded + 1]
            if np.all(np.abs(late) < _MAX_ROUNDING_SECONDS):  # a comparison with NaN is false
                lengths[rounded] = np.maximum(0.0, lengths[rounded] + np.diff(late, prepend=0.0))
        return lengths
