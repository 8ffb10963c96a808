"""What people send: opening it, and saying what it is when there is nothing to hear in it."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import av
from av.audio.stream import AudioStream as AvAudioStream
from av.container import InputContainer

from earshot_contract.shards import RawAudio, ShardError
from transcriber.audio.file_signatures import kind
from transcriber.engine_protocol import ShardFailed

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
        raise ShardFailed(ShardError.NOT_AUDIO, f"The file is not audio: it is {what}.") from error


def without_sound(container: InputContainer, path: Path) -> str:
    guess = kind(path)
    film = container.streams.video and container.duration and "decoder" in guess
    if film:
        codec = container.streams.video[0].codec_context.codec.canonical_name
        return f"The file is a video ({codec}) without a sound track: there is nothing to transcribe."
    return f"The file is not audio: it is {guess}."


def inaudible(damaged: bool) -> ShardFailed:
    if damaged:
        return ShardFailed(ShardError.NOT_AUDIO, "The file looks like audio, but not one of its frames can be decoded.")
    return ShardFailed(ShardError.EMPTY, "The file is audio without a single sample: its recording is empty.")


def promised_seconds(container: InputContainer, stream: AvAudioStream, path: Path) -> float | None:
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
