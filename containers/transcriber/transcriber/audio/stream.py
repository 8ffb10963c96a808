"""From a file to the samples Whisper takes, block after block, so that memory does not grow with the length."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream as AvAudioStream

from earshot_contract.shards import AudioInfo, RawAudio, ShardError
from transcriber.audio.container import inaudible, open_container, promised_seconds, without_sound
from transcriber.engine_protocol import ShardFailed

SAMPLE_RATE = 16_000  # Hz: Whisper's
# A guard, not a promise: a file with more channels is damaged or made to cost memory. The API splits at most
# `MAX_CHANNELS` = 20 of them into shards (functions); a shard that mixes all channels may come from a file with more.
MAX_CHANNELS = 64
_BLOCK = 10 * SAMPLE_RATE  # samples: long enough for the VAD's batches, 0.6 MB
_PRE_ROLL = 1.0  # seconds decoded before a stretch, so that codecs with memory have settled when it begins
_WORTH_SEEKING = 30.0  # seconds: decoding so much is cheaper than what a seek may go wrong with
_SHORTFALL = 1.0  # seconds less than the header says before we call a file truncated: encoders pad and round


class AudioStream:
    """One stretch of one channel (None: all mixed) of one file. Iterate over it once, then read `facts`.

    Raises `ShardFailed` when opening, or while iterating: NOT_AUDIO, EMPTY, NO_CHANNEL, or TOO_LONG past
    `longest` seconds of stretch.
    """

    def __init__(
        self,
        path: Path,
        *,
        channel: int | None = None,
        start: float = 0.0,
        end: float | None = None,
        raw: RawAudio | None = None,
        max_seconds: float = float("inf"),
        max_channels: int = MAX_CHANNELS,
    ) -> None:
        if path.stat().st_size == 0:
            raise ShardFailed(ShardError.EMPTY, "The file is empty: it has 0 bytes.")
        self._channel, self._start = channel, round(start * SAMPLE_RATE)
        self._end = None if end is None else round(end * SAMPLE_RATE)
        self._longest = max_seconds
        with ExitStack() as opening:
            file = opening.enter_context(path.open("rb"))
            self._container = opening.enter_context(open_container(file, path, raw))
            stream = self._container.streams.best("audio")
            if not isinstance(stream, AvAudioStream):
                raise ShardFailed(ShardError.NOT_AUDIO, without_sound(self._container, path))
            self._stream = stream
            self.channels = stream.codec_context.layout.nb_channels
            self._promised = promised_seconds(self._container, stream, path)
            self._refuse(max_channels)
            self._closing = opening.pop_all()
        self._damaged = False
        self._cut = False  # the last packet was no whole one
        self._heard = 0  # samples since the beginning of the file: the position of the next one
        self._rushed = False  # the file's beginning was sought over
        self._stopped = False  # the file's end was not waited for

    def _refuse(self, max_channels: int) -> None:
        if self._channel is not None and self._channel >= self.channels:
            raise ShardFailed(
                ShardError.NO_CHANNEL,
                f"Channel {self._channel} was asked for, but the file has {self.channels} (counted from 0).",
            )
        if self.channels > max_channels:
            raise ShardFailed(
                ShardError.NOT_AUDIO, f"The file has {self.channels} channels; at most {max_channels} are accepted."
            )

    @property
    def info(self) -> AudioInfo:
        """Of the whole file; `sha256` is left to whoever read the bytes."""
        heard = self._heard / SAMPLE_RATE
        part = self._stopped or self._rushed
        duration = self._promised if part and self._promised is not None else heard
        short = not self._stopped and self._promised is not None and self._promised - heard > _SHORTFALL
        return AudioInfo(
            sha256="",
            duration=round(duration, 3),
            channels=self.channels,
            sample_rate=self._stream.codec_context.sample_rate,
            codec=self._stream.codec_context.codec.canonical_name,
            truncated=(self._cut and not self._stopped) or short,
        )

    def __iter__(self) -> Iterator[np.ndarray]:
        """Blocks of float32 in -1..1, shape (n,), n about ten seconds."""
        kept: list[np.ndarray] = []
        size = total = 0
        with self._closing:
            for block in self._stretch():
                kept.append(block)
                size += len(block)
                total += len(block)
                if total > self._longest * SAMPLE_RATE:
                    raise ShardFailed(
                        ShardError.TOO_LONG,
                        f"The audio is over {self._longest / 3600:.3g} hours long in one piece: "
                        "cut it into shorter ones.",
                    )
                if size >= _BLOCK:
                    yield _floats(kept)
                    kept, size = [], 0
        if not self._heard:
            raise inaudible(self._damaged)
        if size:
            yield _floats(kept)

    def _stretch(self) -> Iterator[np.ndarray]:
        for block in self._blocks():
            first = max(self._start - self._heard, 0)
            last = len(block) if self._end is None else min(max(self._end - self._heard, 0), len(block))
            self._heard += len(block)
            if first < last:
                yield block[first:last]
            # Where only decoding tells how long the file is, all of it is decoded.
            if self._end is not None and self._heard >= self._end and self._promised is not None:
                self._stopped = True
                return

    def _blocks(self) -> Iterator[np.ndarray]:
        """Blocks of int16 of the wanted channel from where the decoder stands; sets `_heard` after a seek."""
        resampler: AudioResampler | None = None
        setup: tuple[Any, ...] = ()
        seeking = self._seek()
        for frame in self._frames():
            if seeking:
                if frame.pts is None or frame.time_base is None:
                    continue
                self._heard = round((frame.pts - (self._stream.start_time or 0)) * frame.time_base * SAMPLE_RATE)
                seeking = False
            if (now := (frame.format.name, frame.layout.name, frame.sample_rate)) != setup:
                # The first frame, or a file that changes its rate or channels midway.
                yield from _flush(resampler)
                resampler, setup = AudioResampler("s16", "mono", SAMPLE_RATE), now
            wanted = frame if self._channel is None else _pick(frame, self._channel)
            wanted.pts = None  # gaps in the clock are not silence: samples are counted
            assert resampler is not None
            for resampled in resampler.resample(wanted):
                yield resampled.to_ndarray()[0]
        yield from _flush(resampler)

    def _frames(self) -> Iterator[AudioFrame]:
        """Damaged packets are skipped, as players do."""
        for packet in self._container.demux(self._stream):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                self._damaged = self._cut = True
                continue
            if packet.size:
                self._cut = packet.is_corrupt
            yield from frames

    def _seek(self) -> bool:
        """Jump near the start of a late stretch; positions then come from the first frame's time stamp."""
        target = self._start / SAMPLE_RATE - _PRE_ROLL
        if target < _WORTH_SEEKING or self._promised is None or not self._stream.time_base:
            return False
        try:
            self._container.seek(
                (self._stream.start_time or 0) + int(target / self._stream.time_base), stream=self._stream
            )
        except av.error.FFmpegError:
            return False
        self._rushed = True
        return True


def _pick(frame: AudioFrame, channel: int) -> AudioFrame:
    """One channel alone, before resampling: the others cost nothing more."""
    samples = frame.to_ndarray()
    if not frame.format.is_planar:
        samples = samples.reshape(-1, frame.layout.nb_channels).T
    # A file whose channels become fewer midway falls silent on the one asked for.
    plane = samples[channel] if channel < len(samples) else np.zeros_like(samples[0])
    alone = AudioFrame.from_ndarray(np.ascontiguousarray(plane)[None], frame.format.packed.name, "mono")
    alone.sample_rate = frame.sample_rate
    return alone


def _flush(resampler: AudioResampler | None) -> Iterator[np.ndarray]:
    for resampled in resampler.resample(None) if resampler else ():
        yield resampled.to_ndarray()[0]


def _floats(blocks: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(blocks).astype(np.float32) / np.float32(32768)
