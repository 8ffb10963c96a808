"""Part blocks: the 16 kHz samples of one part of a file, at the positions that a player shows; used by `stream`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from av.audio.frame import AudioFrame

from earshot_contract.documents.shard_results import ShardWarning
from earshot_contract.documents.shards import PacketPosition
from transcriber.audio import stream_warnings
from transcriber.audio.decoding.context_run import ContextRun
from transcriber.audio.decoding.frame_decoder import FrameDecoder
from transcriber.audio.decoding.open_part import OpenPart
from transcriber.audio.decoding.packets import PacketRole
from transcriber.audio.decoding.timeline import stamp_of
from transcriber.audio.levels import LevelMeter
from transcriber.audio.mixing import Mixer, planar, weights
from transcriber.audio.resampling import SAMPLE_RATE, Resampler16k, silence_blocks

# Formats whose clock counts the samples, so that a recorder that pauses leaves no gap in it. Encoders of calls do leave
# gaps in it: in silence they send a packet every 0.4 s.
_WITHOUT_PAUSES, _MIN_LOST_SECONDS = {"flac", "ogg"}, 0.1
_SILENT_CODECS, _MIN_LOST_SECONDS_OF_CALLS = {"opus", "speex"}, 0.5
_MIN_CHANNELS_SECONDS = 0.5  # with more channels: damage can look like a frame of another form


class PartBlocks:
    """Decodes a part of a file without gaps: what is missing between time stamps is silence, overlaps are dropped.

    Attributes:
        position: samples from the start of the file to the next one.
        missing: samples that were missing between time stamps, and are silence.
        before, behind: samples of the context, as long as nothing is missing between them and the range; `before` is
            there with the first block, `behind` after the last one.

    Args:
        part: what is decoded.
        decoder: decoder of the file, which keeps account of damage.
        position: samples from the start of the file to the part, or to the packet that is decoded first.
        channel: index from 0, or None to mix all channels.
        mixer: mixer of the file.
        levels: measures the file.
        channels: number of channels of the file, by its beginning.
        warn: takes the warnings.
    """

    def __init__(
        self,
        part: OpenPart,
        decoder: FrameDecoder,
        position: int,
        channel: int | None,
        mixer: Mixer,
        levels: LevelMeter,
        channels: int,
        warn: Callable[[ShardWarning], None],
    ) -> None:
        self._part, self._decoder, self._channel, self._mixer, self._warn = part, decoder, channel, mixer, warn
        self._channels, self._levels = channels, levels
        self._base = self.position = self._run_position = position
        self.missing = 0
        self.before = self.behind = np.zeros(0, np.float32)
        self._run_seconds = 0.0
        self._run: Resampler16k | None = None  # of the frames since the last gap or change of their format

    def between(
        self, first: PacketPosition | None, until: PacketPosition | None, sought: bool, context_seconds: float = 0.0
    ) -> Iterator[tuple[int, np.ndarray]]:
        """Yield blocks of float32, shape (n,), each with its position.

        Args:
            first: the packet that is decoded first; None: the first of the part, or the one that was sought.
            until: the packet after the last one; None: the end of the part.
            sought: the container was sought to a later time, which the first frame's time stamp gives.
            context_seconds: how much audio before `first` and behind `until` is decoded, too.
        """
        timeline = self._part.timeline
        timeline.continue_at(self._base / SAMPLE_RATE)
        self._decoder.end_gap()
        is_first = True
        before, behind = (ContextRun(self._channel, self._mixer) for _ in range(2))
        for frame, role in self._decoder.frames(self._part, first, until, context_seconds):
            if role is PacketRole.BEFORE:
                before.add(frame)
                continue
            if role is PacketRole.BEHIND:
                yield from self._finished()
                if behind.seconds >= context_seconds or not behind.is_followed_by(frame):
                    break
                behind.add(frame)
                continue
            behind.expect_after(frame)
            if is_first and before.is_followed_by(frame):
                self.before = before.finish()
            if sought and is_first and frame.pts is None:
                continue
            if first and is_first:
                timeline.begin_with(frame)
            changed = self._run is not None and _form(frame) != self._run.form
            time = timeline.step(stamp_of(frame), changed, is_first, sought)
            skipped = 0  # samples of the frame that overlap what was decoded before
            if time is not None:
                yield from self._finished()
                target = self._base + round(time * SAMPLE_RATE)
                if sought and is_first:
                    self.position = target = max(target, 0)
                overlap = max(0, self.position - target)
                skipped = round(overlap * frame.sample_rate / SAMPLE_RATE)
                if skipped >= frame.samples:
                    timeline.start_run(self._seconds, frame.sample_rate)
                    is_first = False
                    continue
                self._warn_of_damage(time)
                self._warn_of_lost_sound(target)
                is_exact = target >= self.position - 1 and not skipped
                self.missing += max(0, target - self.position) if self.position > self._base else 0
                yield from self._positioned(silence_blocks(target - self.position))
                timeline.start_run(time if is_exact else self._seconds, frame.sample_rate)
            if self._run is None:
                self._run_position, self._run_seconds = self.position, 0.0
                self._run = Resampler16k(_form(frame), weights(frame), self._channel, self._mixer, self._levels)
            is_first = False
            self._decoder.end_gap()
            samples = planar(frame)[:, skipped:]
            timeline.count(samples.shape[1])
            self._run_seconds += samples.shape[1] / frame.sample_rate
            self._warn_of_channels(frame.layout.nb_channels)
            yield from self._positioned(self._run.add(samples))
        yield from self._finished()
        self.behind = behind.finish()
        self._warn_of_damage(timeline.end)

    @property
    def _seconds(self) -> float:
        """Seconds from the start of the part to the next sample."""
        return (self.position - self._base) / SAMPLE_RATE

    def _finished(self) -> Iterator[tuple[int, np.ndarray]]:
        """Yield the rest of the run, and end it."""
        run, self._run = self._run, None
        yield from self._positioned(run.finish() if run else iter(()))

    def _positioned(self, blocks: Iterator[np.ndarray]) -> Iterator[tuple[int, np.ndarray]]:
        for block in blocks:
            position = self.position
            self.position += len(block)
            yield position, block

    def _warn_of_channels(self, found: int) -> None:
        """Warn of a run with more channels than the file has at its beginning, once it is no damaged frame."""
        if found > self._channels and self._run_position and self._run_seconds >= _MIN_CHANNELS_SECONDS:
            start, mixed = self._run_position / SAMPLE_RATE, self._channel is None
            self._warn(stream_warnings.more_channels(found, self._channels, start, mixed=mixed))

    def _warn_of_lost_sound(self, target: int) -> None:
        """Warn of samples before the one at `target` unless files of this format usually lack as many."""
        is_call = self._part.stream.codec_context.codec.canonical_name in _SILENT_CODECS
        minimum = _MIN_LOST_SECONDS_OF_CALLS if is_call else _MIN_LOST_SECONDS
        is_lost = target - self.position > minimum * SAMPLE_RATE and self.position > self._base
        has_no_pauses = self._part.container.format.name in _WITHOUT_PAUSES
        if is_lost and (has_no_pauses or self._part.has_lost_fragments):
            self._warn(stream_warnings.lost_sound(self.position / SAMPLE_RATE, target / SAMPLE_RATE))

    def _warn_of_damage(self, until: float) -> None:
        """Warn of undecodable packets before `until`, in seconds from the start of the part."""
        gap = self._decoder.gap_before(until)
        if gap is None or not self.position:
            return
        start, stop = (self._base / SAMPLE_RATE + time for time in (gap, until))
        self._warn(stream_warnings.undecodable(start, stop))


def _form(frame: AudioFrame) -> tuple[str, str, int]:
    """Return what a resampler is made for: sample format, layout, sample rate in Hz."""
    return frame.format.name, frame.layout.name, frame.sample_rate
