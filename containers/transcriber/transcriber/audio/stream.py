"""Audio stream: a file decoded to Whisper's samples in blocks, so that memory does not grow with its length."""

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
from transcriber.audio.container import header_duration, no_audio_track_message, no_samples_error, open_container
from transcriber.engine_protocol import ShardFailed

SAMPLE_RATE = 16_000  # Hz, of Whisper's input
# A guard against damaged and hostile files, not a limit that is promised. `multichannel` splits at most
# `functions.options.registry.MAX_CHANNELS` (20) channels into shards; without it a file of up to 64 is mixed to one.
MAX_CHANNELS = 64
_BLOCK_SAMPLES = 10 * SAMPLE_RATE  # 10 s fill the VAD's batches and take 0.6 MB
_PRE_ROLL_SECONDS = 1.0  # decoded before the range, so that codecs with memory have settled when it begins
_MIN_SEEK_SECONDS = 30.0  # seek only for a later start; before it, decoding from the start is fast and exact
_TRUNCATED_SECONDS = 1.0  # shorter than the header's duration by more: truncated; encoders pad and round by less


class AudioStream:
    """Decoded samples of one time range of one channel. Iterate once; afterwards `info` describes the whole file.

    Args:
        path: the audio file.
        channel: index from 0, or None to mix all channels.
        start: start of the range, in seconds.
        end: end of the range, in seconds; None: the end of the file.
        raw: how to read headerless audio; None: the file has a header.
        max_seconds: maximum length of the range.
        max_channels: maximum number of channels of the file.

    Raises:
        ShardFailed: when opened or iterated: NOT_AUDIO, EMPTY, NO_CHANNEL, or TOO_LONG past `max_seconds`.
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
        self._max_seconds = max_seconds
        with ExitStack() as opening:
            file = opening.enter_context(path.open("rb"))
            self._container = opening.enter_context(open_container(file, path, raw))
            stream = self._container.streams.best("audio")
            if not isinstance(stream, AvAudioStream):
                raise ShardFailed(ShardError.NOT_AUDIO, no_audio_track_message(self._container, path))
            self._stream = stream
            self.channels = stream.codec_context.layout.nb_channels
            self._header_seconds = header_duration(self._container, stream, path)
            self._check_channels(max_channels)
            self._closing = opening.pop_all()
        self._damaged = False
        self._ends_in_damage = False  # the last packet was incomplete
        self._position = 0  # samples from the start of the file to the next one
        self._sought = False  # the beginning of the file was skipped
        self._stopped_early = False  # the end of the file was not read

    def _check_channels(self, max_channels: int) -> None:
        if self._channel is not None and self._channel >= self.channels:
            raise ShardFailed(
                ShardError.NO_CHANNEL,
                f"Channel {self._channel} was requested, but the file has {self.channels} (counted from 0).",
            )
        if self.channels > max_channels:
            raise ShardFailed(
                ShardError.NOT_AUDIO, f"The file has {self.channels} channels; at most {max_channels} are accepted."
            )

    @property
    def info(self) -> AudioInfo:
        """The whole file's properties; `sha256` is empty and set by the caller, which has read the bytes."""
        decoded = self._position / SAMPLE_RATE
        partly_decoded = self._stopped_early or self._sought
        header = self._header_seconds
        duration = header if partly_decoded and header is not None else decoded
        short = not self._stopped_early and header is not None and header - decoded > _TRUNCATED_SECONDS
        return AudioInfo(
            sha256="",
            duration=round(duration, 3),
            channels=self.channels,
            sample_rate=self._stream.codec_context.sample_rate,
            codec=self._stream.codec_context.codec.canonical_name,
            truncated=(self._ends_in_damage and not self._stopped_early) or short,
        )

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield blocks of float32 in -1..1, shape (n,), of about ten seconds."""
        pending: list[np.ndarray] = []
        size = total = 0
        with self._closing:
            for block in self._range_blocks():
                pending.append(block)
                size += len(block)
                total += len(block)
                if total > self._max_seconds * SAMPLE_RATE:
                    raise ShardFailed(
                        ShardError.TOO_LONG,
                        f"The audio is longer than {self._max_seconds / 3600:.3g} hours: split it into shorter files.",
                    )
                if size >= _BLOCK_SAMPLES:
                    yield _to_float(pending)
                    pending, size = [], 0
        if not self._position:
            raise no_samples_error(self._damaged)
        if size:
            yield _to_float(pending)

    def _range_blocks(self) -> Iterator[np.ndarray]:
        """Yield the blocks between start and end."""
        for block in self._blocks():
            first = max(self._start - self._position, 0)
            last = len(block) if self._end is None else min(max(self._end - self._position, 0), len(block))
            self._position += len(block)
            if first < last:
                yield block[first:last]
            # Without a duration in the header the whole file is decoded, to learn its duration.
            if self._end is not None and self._position >= self._end and self._header_seconds is not None:
                self._stopped_early = True
                return

    def _blocks(self) -> Iterator[np.ndarray]:
        """Yield int16 blocks of the selected channel from the decoder's position; a seek sets `_position`."""
        resampler: AudioResampler | None = None
        input_format: tuple[Any, ...] = ()
        seeking = self._seek()
        for frame in self._frames():
            if seeking:
                if frame.pts is None or frame.time_base is None:
                    continue
                start_pts = self._stream.start_time or 0
                self._position = round((frame.pts - start_pts) * frame.time_base * SAMPLE_RATE)
                seeking = False
            if (frame_format := (frame.format.name, frame.layout.name, frame.sample_rate)) != input_format:
                # The first frame, or a file whose sample rate or channels change midway.
                yield from _flush(resampler)
                resampler, input_format = AudioResampler("s16", "mono", SAMPLE_RATE), frame_format
            selected = frame if self._channel is None else _select_channel(frame, self._channel)
            selected.pts = None  # gaps between time stamps are not silence: positions count samples
            assert resampler is not None
            for resampled in resampler.resample(selected):
                yield resampled.to_ndarray()[0]
        yield from _flush(resampler)

    def _frames(self) -> Iterator[AudioFrame]:
        """Yield decoded frames; damaged packets are skipped, as media players do."""
        for packet in self._container.demux(self._stream):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                self._damaged = self._ends_in_damage = True
                continue
            if packet.size:
                self._ends_in_damage = packet.is_corrupt
            yield from frames

    def _seek(self) -> bool:
        """Seek near a late start. Returns: True if positions must come from the first frame's time stamp."""
        target = self._start / SAMPLE_RATE - _PRE_ROLL_SECONDS
        if target < _MIN_SEEK_SECONDS or self._header_seconds is None or not self._stream.time_base:
            return False
        try:
            self._container.seek(
                (self._stream.start_time or 0) + int(target / self._stream.time_base), stream=self._stream
            )
        except av.error.FFmpegError:
            return False
        self._sought = True
        return True


def _select_channel(frame: AudioFrame, channel: int) -> AudioFrame:
    """Return one channel of a frame, before resampling: the other channels then cost no time."""
    samples = frame.to_ndarray()
    if not frame.format.is_planar:
        samples = samples.reshape(-1, frame.layout.nb_channels).T
    # In a file that has fewer channels from here on, the selected channel is silent.
    plane = samples[channel] if channel < len(samples) else np.zeros_like(samples[0])
    mono = AudioFrame.from_ndarray(np.ascontiguousarray(plane)[None], frame.format.packed.name, "mono")
    mono.sample_rate = frame.sample_rate
    return mono


def _flush(resampler: AudioResampler | None) -> Iterator[np.ndarray]:
    for resampled in resampler.resample(None) if resampler else ():
        yield resampled.to_ndarray()[0]


def _to_float(blocks: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(blocks).astype(np.float32) / np.float32(32768)
