"""Cut search: looks for one cut after another while the packets of a file go by.

A look's packets are decoded on a thread of their own while the pass over the file goes on. The next step depends on
the outcome of a look, so the packets behind it are kept until it is known.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
from av.audio.stream import AudioStream as AvAudioStream
from av.packet import Packet

from earshot_contract.documents.shards import PacketPosition
from transcriber.audio.decoding.open_part import OpenPart
from transcriber.audio.decoding.packets import PRE_ROLL_PACKETS, decoded
from transcriber.planning.close_look import CloseLook, Cut
from transcriber.whisper.windows.profile import Profile

# Audio that a look decodes before and after its target. In speech without a pause the search goes on behind it. A look
# needs the audio before its target: only after some windows of its own it finds the windows of the whole file, and it
# knows each half a minute late.
_LOOK_BEFORE_SECONDS, _LOOK_AFTER_SECONDS = 50.0, 20.0
_MAX_LOOK_BEFORE, _MAX_LOOK_AFTER = (
    1 / 3,
    1 / 6,
)  # of a shard's length; only tests have shards so short
_CUT_BEFORE_SECONDS = 30.0  # a cut lies at most this long before its target
# How far behind its target the search looks for a pause; then it cuts speech near the target. A crowd, rain or music
# last for hours without a pause, and a look takes a hundredth of the time of its audio.
_FURTHER_SECONDS = 240.0
# Packets that are kept while a look runs, at most: about as many as are read in the quarter of a second that it takes.
# A look with more bytes than that (samples of many channels) is decoded while its packets are read.
_MAX_KEPT_PACKETS, _MAX_KEPT_BYTES = 40_000, 16 * 2**20


class Batch(NamedTuple):
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


class _Look:
    """Packets around a target, of one part; `earlier` are decoded before them, so that the decoder has settled."""

    def __init__(self, part: OpenPart, start: float, earlier: list[Packet[AvAudioStream]]) -> None:
        """Begin at `start` seconds of the file."""
        self.start, self.close = start, CloseLook(start)
        self._codec, self._earlier = part.stream.codec_context, earlier
        self._packets: list[tuple[PacketPosition, Packet[AvAudioStream]]] = []
        self._bytes = 0
        self._has_begun = False

    def add(self, position: PacketPosition, packet: Packet[AvAudioStream]) -> None:
        """Take the next packet."""
        self._packets.append((position, packet))
        self._bytes += packet.size
        if self._bytes > _MAX_KEPT_BYTES:
            self.decode()

    def decode(self) -> None:
        """Decode the packets so far."""
        if not self._has_begun:
            self._codec.flush_buffers()
            for packet in self._earlier:
                decoded(packet)
        for position, packet in self._packets:
            self.close.add(position, decoded(packet))
        self._has_begun, self._bytes = True, 0
        self._packets.clear()


class _Found(NamedTuple):
    """Outcome of a look: whether the samples are where the packets say, the best cut, and where the look ended."""

    is_steady: bool
    cut: Cut | None
    end: float


class CutSearch:
    """Looks for cuts. Use as a context manager: it has a thread."""

    def __init__(self, length: float, maximum: int, profile: Profile) -> None:
        """Cut into at most `maximum` shards of `length` seconds."""
        self._length, self._profile = length, profile
        self._before = min(_LOOK_BEFORE_SECONDS, _MAX_LOOK_BEFORE * length)
        self._after = min(_LOOK_AFTER_SECONDS, _MAX_LOOK_AFTER * length)
        self._targets = deque(length * number for number in range(1, maximum))
        self._earlier: deque[Packet[AvAudioStream]] = deque(maxlen=PRE_ROLL_PACKETS)
        self._look: _Look | None = None
        self._look_end = 0.0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="close-look")
        self._running: Future[_Found] | None = None
        self._kept: deque[tuple[Batch, int]] = deque()  # batches behind the running look, and where in each to go on
        self._kept_packets = self._kept_bytes = 0
        self._last: tuple[float, _Found] | None = None  # start of the look that a part's end has cut short, its outcome
        self._weakest: Cut | None = None  # in the first look at a target
        self._found: list[Cut] = []
        self.unsteady = False

    @property
    def cuts(self) -> list[PacketPosition]:
        """The cuts found so far."""
        return [cut.position for cut in self._found]

    @property
    def cuts_in_speech(self) -> int:
        """How many of the cuts are not in a pause."""
        return sum(not cut.in_pause for cut in self._found)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._thread.shutdown()

    def add(self, batch: Batch) -> None:
        """Take the next packets."""
        if self._last is not None:
            self._decide(self._last[1])
            self._last = None
        self._kept.append((batch, 0))
        self._kept_packets += len(batch.packets)
        self._kept_bytes += sum(packet.size for packet in batch.packets) if self._running else 0
        is_full = self._kept_packets > _MAX_KEPT_PACKETS or self._kept_bytes > _MAX_KEPT_BYTES
        if self._running is None or self._running.done() or is_full:
            self._go_on()

    def end_part(self) -> None:
        """Finish with the packets of a part, before it is closed."""
        while self._kept or self._running:
            self._go_on()
        self._earlier.clear()
        if self._look:
            look, self._look = self._look, None
            self._last = look.start, self._looked(look, self._look_end)

    def end(self, seconds: float) -> None:
        """End the search at `seconds`, the length of the file. A last shard that is too short joins the one before."""
        if self._last is not None and seconds - self._last[0] >= self._length / 2:
            self._decide(self._last[1])
        self._take_cut(self._weakest)
        while self._found and seconds - self._found[-1].position.seconds < self._length / 2:
            self._found.pop()

    def _go_on(self) -> None:
        """Wait for the look that runs, decide by it, and take the packets behind it until another look runs."""
        if self._running:
            found, self._running = self._running.result(), None
            self._decide(found)
        while self._kept and self._running is None:
            batch, first = self._kept.popleft()
            following = self._take(batch, first)
            if following < len(batch.packets):
                self._kept.appendleft((batch, following))
        kept = [batch.packets for batch, _ in self._kept]
        self._kept_packets = sum(map(len, kept))
        self._kept_bytes = sum(packet.size for packets in kept for packet in packets)

    def _take(self, batch: Batch, first: int) -> int:
        """Take packets of a batch until a look runs; return the index of the next one."""
        if self._look is None and not self._is_near(batch.end):
            self._earlier.extend(batch.packets[first:][-PRE_ROLL_PACKETS:])
            return len(batch.packets)
        for index in range(first, len(batch.packets)):
            start, end = batch.times[index].tolist()
            packet = batch.packets[index]
            if self._look and start >= self._look.start + self._before + self._after:
                look, self._look = self._look, None
                self._running = self._thread.submit(self._looked, look, self._look_end)
                return index
            if self._look is None and self._is_near(start):
                self._look = _Look(batch.part, start, list(self._earlier))
                self._earlier.clear()
            if self._look is None:
                self._earlier.append(packet)
                continue
            self._look.add(batch.position(index), packet)
            self._look_end = end
        return len(batch.packets)

    def _is_near(self, seconds: float) -> bool:
        is_searching = self._targets and not self.unsteady
        return bool(is_searching) and seconds >= self._targets[0] - self._before

    def _looked(self, look: _Look, end: float) -> _Found:
        """Decode a look's packets and find the best cut; the target does not change meanwhile."""
        look.decode()
        close, target = look.close, self._targets[0]
        return _Found(close.is_steady(end), close.best_cut(target, target - _CUT_BEFORE_SECONDS, self._profile), end)

    def _decide(self, found: _Found) -> None:
        """Decide on the target that was looked at: cut there, look further for a pause, or cut where there is none."""
        self.unsteady |= not found.is_steady
        is_far = found.end > self._targets[0] + min(self._length / 2, _FURTHER_SECONDS)
        if found.cut is not None and not found.cut.in_pause:
            self._weakest = self._weakest or found.cut
        elif self._take_cut(found.cut):
            return
        if is_far and not self._take_cut(self._weakest):
            self._targets.popleft()
            self._weakest = None

    def _take_cut(self, cut: Cut | None) -> bool:
        """Cut for the target that was looked at, if the shard is then long enough; return whether it is."""
        previous = self._found[-1].position.seconds if self._found else 0.0
        if cut is None or not self._targets or cut.position.seconds <= previous + self._length / 2:
            return False
        self._found.append(cut)
        self._targets.popleft()
        self._weakest = None
        return True
