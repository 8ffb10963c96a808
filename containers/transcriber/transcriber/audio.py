"""From a file to the samples Whisper takes: 16 kHz, mono, 32-bit float."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from events.shards import AudioFacts, RawAudio, ShardError
from transcriber.engine import Unable
from transcriber.kinds import kind

RATE = 16_000  # Hz
CEILING_SECONDS = 4 * 3600  # of one shard: 0.9 GB of samples; longer audio is to be cut into shards
_SHORTFALL = 1.0  # seconds less than the header says before we call a file truncated: encoders pad and round

# Deepgram's names of headerless encodings → FFmpeg's demuxer. The others it takes (flac, opus, speex) never come
# without a container that says what they are.
_HEADERLESS = {
    "linear16": "s16le",
    "linear32": "s32le",
    "mulaw": "mulaw",
    "alaw": "alaw",
    "amr-nb": "amrnb",
    "amr-wb": "amrwb",
    "g729": "g729",
}
_PCM = {"linear16", "linear32", "mulaw", "alaw"}  # these cannot do without rate and channels


@dataclass(frozen=True)
class Sound:
    """The stretch asked for, and what the whole file is; `facts.sha256` is left to whoever read the bytes."""

    samples: np.ndarray  # float32 in -1..1, shape (n,)
    facts: AudioFacts

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


def decode(
    path: Path,
    *,
    channel: int | None = None,
    start: float = 0.0,
    end: float | None = None,
    raw: RawAudio | None = None,
) -> Sound:
    """Decode `start` to `end` seconds of one channel (None: all of them mixed).

    Damaged packets are skipped, as players do. Raises `Unable` when nothing can be heard at all.
    """
    if path.stat().st_size == 0:
        raise Unable(ShardError.EMPTY, "The file is empty: it has 0 bytes.")
    with path.open("rb") as file, open_container(file, path, raw) as container:
        stream = container.streams.best("audio")
        if not isinstance(stream, AudioStream):
            raise Unable(ShardError.NOT_AUDIO, without_sound(container, path))
        channels = stream.codec_context.layout.nb_channels
        if channel is not None and channel >= channels:
            raise Unable(
                ShardError.NO_CHANNEL,
                f"Channel {channel} was asked for, but the file has {channels} (counted from 0).",
            )
        promised = promised_seconds(container, stream, path)
        listening = _Listening(channel, round(start * RATE), None if end is None else round(end * RATE))
        damaged = cut = False  # cut: the last packet is no whole one
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                damaged = cut = True
                continue
            if packet.size:
                cut = packet.is_corrupt
            for frame in frames:
                listening.hear(frame)
            if promised is not None and listening.done:
                break
        else:
            listening.finish()
        heard = listening.heard / RATE
        if not heard:
            raise inaudible(damaged)
        whole = promised if promised is not None and listening.done else heard
        return Sound(
            listening.samples(),
            AudioFacts(
                sha256="",
                duration=round(whole, 3),
                channels=channels,
                sample_rate=stream.codec_context.sample_rate,
                codec=stream.codec_context.codec.canonical_name,
                truncated=cut or (promised is not None and promised - whole > _SHORTFALL),
            ),
        )


class _Listening:
    """Resamples frame after frame and keeps what lies in the stretch, counted in samples of the output."""

    def __init__(self, channel: int | None, start: int, end: int | None) -> None:
        self._channel, self._start, self._end = channel, start, end
        self._kept: list[np.ndarray] = []
        self._kept_samples = 0
        self._resampler: AudioResampler | None = None
        self._setup: tuple[Any, ...] = ()
        self.heard = 0  # samples since the beginning of the file

    @property
    def done(self) -> bool:
        return self._end is not None and self.heard >= self._end

    def hear(self, frame: AudioFrame) -> None:
        setup = (frame.format.name, frame.layout.name, frame.sample_rate)
        if setup != self._setup:  # the first frame, or a file that changes its rate or channels midway
            self.finish()
            layout = "mono" if self._channel is None else frame.layout
            self._resampler, self._setup = AudioResampler("s16p", layout, RATE), setup
        frame.pts = None  # gaps in the clock are not silence: samples are counted
        self._keep(frame)

    def finish(self) -> None:
        """Take what the resampler still holds."""
        if self._resampler:
            self._keep(None)
            self._resampler = None

    def samples(self) -> np.ndarray:
        if not self._kept:
            return np.zeros(0, np.float32)
        return np.concatenate(self._kept).astype(np.float32) / 32768.0

    def _keep(self, frame: AudioFrame | None) -> None:
        for block in self._resample(frame):
            first = max(self._start - self.heard, 0)
            last = len(block) if self._end is None else min(max(self._end - self.heard, 0), len(block))
            self.heard += len(block)
            if first < last:
                self._kept.append(block[first:last])
                self._kept_samples += last - first
        if self._kept_samples > CEILING_SECONDS * RATE:
            raise Unable(
                ShardError.TOO_LONG,
                f"The audio is over {CEILING_SECONDS // 3600} hours long in one piece: cut it into shorter ones.",
            )

    def _resample(self, frame: AudioFrame | None) -> Iterator[np.ndarray]:
        """Blocks of int16, shape (n,)."""
        assert self._resampler is not None
        for resampled in self._resampler.resample(frame):
            planes = resampled.to_ndarray()  # (channels, n)
            # A file whose channels become fewer midway falls silent on the one asked for.
            wanted = self._channel or 0
            yield planes[wanted] if wanted < len(planes) else np.zeros_like(planes[0])


def open_container(file: BinaryIO, path: Path, raw: RawAudio | None) -> InputContainer:
    """Open by the file's bytes, not by its name, and let FFmpeg open nothing else.

    A playlist (HLS, concat) names other files and addresses: FFmpeg would read those for whoever sent it.
    """
    options = {"protocol_whitelist": "none"}
    demuxer = _HEADERLESS.get(raw.encoding) if raw else None
    if raw and raw.encoding in _PCM:
        options |= {"sample_rate": str(raw.sample_rate), "ch_layout": f"{raw.channels}c"}
    try:
        return av.open(file, "r", format=demuxer, options=options, metadata_errors="ignore")
    except (av.error.FFmpegError, ValueError) as error:
        what = f"not {raw.encoding} audio" if raw else kind(path)
        raise Unable(ShardError.NOT_AUDIO, f"The file is not audio: it is {what}.") from error


def without_sound(container: InputContainer, path: Path) -> str:
    guess = kind(path)
    film = container.streams.video and container.duration and "decoder" in guess
    if film:
        codec = container.streams.video[0].codec_context.codec.canonical_name
        return f"The file is a video ({codec}) without a sound track: there is nothing to transcribe."
    return f"The file is not audio: it is {guess}."


def inaudible(damaged: bool) -> Unable:
    if damaged:
        return Unable(ShardError.NOT_AUDIO, "The file looks like audio, but not one of its frames can be decoded.")
    return Unable(ShardError.EMPTY, "The file is audio without a single sample: its recording is empty.")


def promised_seconds(container: InputContainer, stream: AudioStream, path: Path) -> float | None:
    """Seconds the header says the audio lasts; None where FFmpeg only estimates them from size and bit rate."""
    name = container.format.name
    if name in ("aac", "amr", "amrnb", "amrwb", "ac3", "g729") or (name == "mp3" and not _counts_frames(path)):
        return None
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    only_audio = len(container.streams) == len(container.streams.audio)
    return container.duration / av.time_base if container.duration and only_audio else None


def _counts_frames(path: Path) -> bool:
    """An MP3 says its length only in a Xing, Info or VBRI frame, the first one after the tags."""
    with path.open("rb") as file:
        head = file.read(10)
        if head[:3] == b"ID3":  # its size: four bytes of seven bits
            file.seek(10 + sum((byte & 0x7F) << 7 * (3 - place) for place, byte in enumerate(head[6:10])))
        else:
            file.seek(0)
        frame = file.read(256)
    return any(mark in frame for mark in (b"Xing", b"Info", b"VBRI"))
