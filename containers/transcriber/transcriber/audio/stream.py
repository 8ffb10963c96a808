"""Audio stream: a file decoded to Whisper's samples in blocks, so that memory does not grow with its length."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from math import inf
from pathlib import Path

import numpy as np

from earshot_contract.audio_limits import MAX_CHANNELS
from earshot_contract.documents.audio_tracks import TrackRequest
from earshot_contract.documents.shard_results import AudioInfo, ShardWarning
from earshot_contract.documents.shards import PacketPosition, RawAudio, ShardError
from transcriber.audio import stream_warnings
from transcriber.audio.decoding.container import no_samples_error
from transcriber.audio.decoding.frame_decoder import FrameDecoder
from transcriber.audio.decoding.open_part import OpenPart
from transcriber.audio.decoding.part_blocks import PartBlocks
from transcriber.audio.decoding.tracks import track_language, track_number
from transcriber.audio.file_structure.cut_off_files import has_its_end, is_cut_off
from transcriber.audio.file_structure.part_reader import Part, PartReader
from transcriber.audio.file_structure.zero_holes import zero_bytes
from transcriber.audio.levels import LevelMeter
from transcriber.audio.mixing import Mixer, PeakScaler
from transcriber.audio.recordings import reading_of
from transcriber.audio.resampling import BLOCK_SAMPLES, SAMPLE_RATE
from transcriber.engine_protocol import ShardFailed

_MIN_UNREAD_BYTES, _AMR_BYTES = 1 << 14, 1600  # for a warning: a second of audio; comments of programs are shorter
_MIN_MISSING_SECONDS = 0.1  # gap between time stamps that shows that a hole of zeros was sound
_ZERO_SILENCE = ("pcm_", "adpcm_")  # codecs that write silence as zeros
_TRUNCATED_SECONDS = 1.0  # shorter than the header's duration by more: truncated; encoders pad and round by less


class AudioStream:
    """Decoded samples of one time range of one channel. Iterate once; afterwards `info` describes the whole file.

    Positions are those that a player shows: gaps between time stamps are silence, overlaps are dropped. With the first
    block `before` is there, after the last one `behind`.

    Args:
        path: the audio file.
        channel: index from 0, or None to mix all channels; one that the file does not have is silent.
        track: the requested audio track; None: the default one, or another one if that is silent.
        start: start of the range, in seconds.
        end: end of the range, in seconds; None: the end of the file.
        first: exact start of the range, which `start` gives in seconds only; None: `start` holds.
        until: exact end of the range, which is where the next one begins; None: `end` holds.
        file_seconds: length of the whole file, if it is known; a range that ends earlier does not reach its end.
        raw: how to read headerless audio; a file with a header is read by it, and `warnings` say so.
        context_seconds: how much audio before `first` and behind `until` is decoded into `before` and `behind`.
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
        track: TrackRequest | None = None,
        start: float = 0.0,
        end: float | None = None,
        first: PacketPosition | None = None,
        until: PacketPosition | None = None,
        file_seconds: float | None = None,
        raw: RawAudio | None = None,
        context_seconds: float = 0.0,
        max_seconds: float = inf,
        max_channels: int = MAX_CHANNELS,
    ) -> None:
        if path.stat().st_size == 0:
            raise ShardFailed(ShardError.EMPTY, "The file is empty: it has 0 bytes.")
        self._path, self._channel, self._first, self._until = path, channel, first, until
        self._start = round(start * SAMPLE_RATE) if first is None else 0
        self._end = round(end * SAMPLE_RATE) if end is not None and until is None else None
        self._max_seconds, self._max_channels, self._context_seconds = max_seconds, max_channels, context_seconds
        self.warnings: list[ShardWarning] = []
        self.before = self.behind = np.zeros(0, np.float32)
        self._raw, self._parts, container, contradiction = reading_of(path, raw)
        with ExitStack() as opening:
            self._file = opening.enter_context(path.open("rb"))
            self._part = opening.enter_context(OpenPart(self._file, self._parts[0], path, self._raw, channel, track))
            self._track = self._part.choose_audible(self.warnings)
            stream = self._part.stream
            self.channels = stream.codec_context.layout.nb_channels
            self._sample_rate = stream.codec_context.sample_rate
            self._codec = stream.codec_context.codec.canonical_name
            self._min_unread = _AMR_BYTES if self._codec.startswith("amr") else _MIN_UNREAD_BYTES
            self._track_number = track_number(self._part.container, stream)
            self._tracks = len(self._part.container.streams.audio)
            self._track_language = track_language(stream)
            self._check_channels(max_channels)
            self._header_seconds = self._part.header_seconds if len(self._parts) == 1 else None
            self._file_seconds = self._header_seconds if file_seconds is None else file_seconds
            self._is_cut_off = is_cut_off(last := PartReader(self._file, self._parts[-1]))
            self._ends_whole = has_its_end(last)
            self._closing = opening.pop_all()
        if contradiction:
            self._warn(stream_warnings.untrue_header(contradiction.raw.encoding, contradiction.skipped))
        elif raw and container:
            described = f"{self._codec}, {self._sample_rate} Hz, channels: {self.channels}"
            self._warn(stream_warnings.contradicting_claims(raw, container, described))
        elif raw and self._raw and (self._raw != raw or self._parts[0].start):
            self._warn(stream_warnings.other_encoding(raw.encoding, self._raw.encoding, self._parts[0].start))
        self._decoder = FrameDecoder()
        self._position = 0  # samples from the start of the file to the next one
        self._sought = first is not None  # the beginning of the file was skipped
        self._stopped_early = False  # the end of the file was not read
        self._scaler = PeakScaler()
        self._mixer, self._levels = Mixer(), LevelMeter()

    def _check_channels(self, max_channels: int) -> None:
        if self.channels > max_channels:
            raise ShardFailed(
                ShardError.NOT_AUDIO, f"The file has {self.channels} channels; at most {max_channels} are accepted."
            )

    def _warn(self, warning: ShardWarning) -> None:
        if all(other.type != warning.type for other in self.warnings):
            self.warnings.append(warning)

    @property
    def info(self) -> AudioInfo:
        """The whole file's properties; `sha256` is empty and set by the caller, which has read the bytes."""
        decoded, partly_decoded = self._position / SAMPLE_RATE, self._stopped_early or self._sought
        header, whole = self._header_seconds, self._file_seconds
        duration = whole if partly_decoded and whole is not None else decoded
        short = header is not None and not self._part.timeline.has_jumped and header - decoded > _TRUNCATED_SECONDS
        ends_in_damage = self._decoder.ends_in_damage and not self._ends_whole
        return AudioInfo(
            sha256="",
            duration=round(duration, 3),
            channels=self.channels,
            sample_rate=self._sample_rate,
            codec=self._codec,
            truncated=not self._stopped_early and (ends_in_damage or self._is_cut_off or short),
            track=self._track_number,
            tracks=self._tracks,
            track_language=self._track_language,
        )

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield blocks of float32 in -1..1, shape (n,), of about ten seconds."""
        pending, size, total = list[np.ndarray](), 0, 0
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
                if size >= BLOCK_SAMPLES:
                    yield self._scaler.joined(pending)
                    pending, size = [], 0
        if not self._position:
            zeros = zero_bytes(self._path, 0, size := self._path.stat().st_size) / size
            raise no_samples_error(self._decoder.damaged, self._header_seconds, zeros)
        if size:
            yield self._scaler.joined(pending)
        if self._decoder.has_scattered_damage:
            left_out = self._decoder.left_out
            self._warn(stream_warnings.scattered_damage(left_out, left_out + self._decoder.decoded))
        if self._mixer.taken:
            self._warn(stream_warnings.cancelling_channels(self._mixer.taken))
        if self._mixer.left_out:
            self._warn(stream_warnings.noisy_channels(self._mixer.left_out))
        for warning in stream_warnings.of_levels(self._levels):
            self._warn(warning)

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
        """Yield blocks of the selected channel, without gaps, from the decoder's position; a seek sets `_position`."""
        first_part = self._first.part if self._first else 0
        if first_part == 0:
            yield from self._part_blocks(self._part, 0)
        self._part.close()
        for number, part in enumerate(self._parts[1:], 2):
            if number <= first_part or (self._until is not None and number > self._until.part + 1):
                continue
            start = self._position / SAMPLE_RATE
            try:
                with OpenPart(self._file, part, self._path, self._raw, self._channel, track=self._track) as opened:
                    yield from self._part_blocks(opened, number - 1)
            except ShardFailed:
                self._warn(stream_warnings.unreadable_part(number, len(self._parts), start))

    def _part_blocks(self, part: OpenPart, number: int) -> Iterator[np.ndarray]:
        first = self._first if self._first and self._first.part == number else None
        until = self._until if self._until and self._until.part == number else None
        bounds, start = self._parts[number], self._position / SAMPLE_RATE
        end = until.seconds if until else inf if self._end is None else self._end / SAMPLE_RATE
        if lost := stream_warnings.damaged_frames(bounds.damage, start, first.seconds if first else start, end):
            self._warn(lost)
        if first:
            self._position = round(first.seconds * SAMPLE_RATE)
        sought = not self._first and self._header_seconds is not None and part.seek(self._start / SAMPLE_RATE)
        self._sought |= sought
        blocks = PartBlocks(
            part, self._decoder, self._position, self._channel, self._mixer, self._levels, self.channels, self._warn
        )
        for position, block in blocks.between(first, until, sought, self._context_seconds):
            if first and not len(self.before):
                self.before = self._scaler.joined([blocks.before])
            self._position = position
            yield block
        self._position, self.behind = blocks.position, self._scaler.joined([blocks.behind])
        if not bounds.damage.has_silence:
            self._warn_of_zeros(part, bounds, blocks.missing, to_end=until is None)
        self._stopped_early |= until is not None
        if until is None and (unread := self._unread_bytes(number)) >= self._min_unread:
            self._warn(stream_warnings.unread_bytes(unread, self._position / SAMPLE_RATE))

    def _warn_of_zeros(self, part: OpenPart, bounds: Part, missing: int, *, to_end: bool) -> None:
        """Warn of a hole of zeros among the packets of a part, if sound is missing for it, or may be."""
        header = self._header_seconds
        is_short = to_end and header is not None and header - self._position / SAMPLE_RATE > _TRUNCATED_SECONDS
        has_clock = not part.timeline.is_counted and not is_short
        has_sign = missing > _MIN_MISSING_SECONDS * SAMPLE_RATE or self._decoder.damaged or not has_clock
        if has_sign and not self._codec.startswith(_ZERO_SILENCE):
            first = bounds.start + self._decoder.first_byte
            last = bounds.end if is_short else bounds.start + self._decoder.last_byte
            if size := zero_bytes(self._path, first, last):
                self._warn(stream_warnings.missing_bytes(size, has_clock=has_clock))

    def _unread_bytes(self, number: int) -> int:
        """Return the bytes behind a part that are of no known format, less those in which FFmpeg found more sound."""
        part, behind = self._parts[number], self._parts[number + 1 :]
        is_inside = part.end >= (behind[0].start if behind else self._path.stat().st_size)
        return min(part.unread, part.size - self._decoder.last_byte) if is_inside else part.unread
