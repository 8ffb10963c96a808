"""Media container: open a file with PyAV, read its header, and describe files that contain no audio."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import av
from av.audio.stream import AudioStream as AvAudioStream
from av.container import InputContainer

from earshot_contract.file_signatures import describe_file
from earshot_contract.shards import RawAudio, ShardError
from transcriber.engine_protocol import ShardFailed

# Deepgram's names of headerless encodings → FFmpeg's demuxer. Deepgram's other encodings (flac, opus, speex) always
# come in a container that names the codec.
_HEADERLESS_DEMUXERS = {
    "linear16": "s16le",
    "linear32": "s32le",
    "mulaw": "mulaw",
    "alaw": "alaw",
    "amr-nb": "amrnb",
    "amr-wb": "amrwb",
    "g729": "g729",
}
_PCM = {"linear16", "linear32", "mulaw", "alaw"}  # FFmpeg needs their sample rate and channels
# FFmpeg estimates the duration of these formats from size and bit rate: their headers do not contain it.
_WITHOUT_DURATION = ("aac", "amr", "amrnb", "amrwb", "ac3", "g729")


def open_container(file: BinaryIO, path: Path, raw: RawAudio | None) -> InputContainer:
    """Open a media file by its bytes, not by its name, and forbid FFmpeg to open any other file or address.

    A playlist (HLS, concat) names other files and addresses, which FFmpeg would otherwise read for the caller.

    Args:
        file: the opened file.
        path: its path, to describe it in an error.
        raw: encoding, sample rate and channels of headerless audio; None: the file has a header.

    Raises:
        ShardFailed: NOT_AUDIO, FFmpeg cannot open the file.
    """
    options = {"protocol_whitelist": "none"}
    demuxer = _HEADERLESS_DEMUXERS.get(raw.encoding) if raw else None
    if raw and raw.encoding in _PCM:
        options |= {"sample_rate": str(raw.sample_rate), "ch_layout": f"{raw.channels}c"}
    try:
        return av.open(file, "r", format=demuxer, options=options, metadata_errors="ignore")
    except (av.error.FFmpegError, ValueError) as error:
        content = f"not {raw.encoding} audio" if raw else describe_file(path)
        raise ShardFailed(ShardError.NOT_AUDIO, f"The file is not audio: it is {content}.") from error


def no_audio_track_message(container: InputContainer, path: Path) -> str:
    """Return the sentence for a file that FFmpeg opens but that has no audio track."""
    content = describe_file(path)
    is_video = container.streams.video and container.duration and "decoder" in content
    if is_video:
        codec = container.streams.video[0].codec_context.codec.canonical_name
        return f"The file is a video ({codec}) without a sound track: there is nothing to transcribe."
    return f"The file is not audio: it is {content}."


def no_samples_error(damaged: bool) -> ShardFailed:
    """Return the error for an audio track without a sample; `damaged`: it has frames that cannot be decoded."""
    if damaged:
        return ShardFailed(ShardError.NOT_AUDIO, "The file looks like audio, but not one of its frames can be decoded.")
    return ShardFailed(ShardError.EMPTY, "The file is audio without a single sample: its recording is empty.")


def header_duration(container: InputContainer, stream: AvAudioStream, path: Path) -> float | None:
    """Return the audio's duration in seconds by the file's header; None where FFmpeg only estimates it."""
    name = container.format.name
    if name in _WITHOUT_DURATION or (name == "mp3" and not _has_frame_count(path)):
        return None
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    only_audio = len(container.streams) == len(container.streams.audio)
    return container.duration / av.time_base if container.duration and only_audio else None


def _has_frame_count(path: Path) -> bool:
    """True if an MP3 has a Xing, Info or VBRI frame, which comes first after the tags and contains the duration."""
    with path.open("rb") as file:
        head = file.read(10)
        if head[:3] == b"ID3":  # the tag's size: four bytes of seven bits
            file.seek(10 + sum((byte & 0x7F) << 7 * (3 - position) for position, byte in enumerate(head[6:10])))
        else:
            file.seek(0)
        frame = file.read(256)
    return any(mark in frame for mark in (b"Xing", b"Info", b"VBRI"))
