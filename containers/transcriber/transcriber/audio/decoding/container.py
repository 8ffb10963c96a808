"""Media container: open a file with PyAV, read its header, and describe files that contain no audio."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import av
from av.audio.stream import AudioStream as AvAudioStream
from av.container import InputContainer
from av.packet import Packet

from earshot_contract.audio_limits import MAX_CHANNELS, MAX_RATE, MAX_SECONDS
from earshot_contract.documents.shards import RawAudio, ShardError
from earshot_contract.signatures.file_signatures import UNFINISHED_COPY, describe_file
from transcriber.audio.file_structure.fatal_headers import is_fatal
from transcriber.audio.file_structure.part_reader import PartReader
from transcriber.engine_protocol import ShardFailed

# Deepgram's names of headerless encodings → FFmpeg's demuxer. Deepgram's other encodings (flac, opus, speex) always
# come in a container that names the codec.
_HEADERLESS_DEMUXERS = {
    "linear16": "s16le",
    "linear16be": "s16be",  # no name of Deepgram's: `recordings` finds it by the samples
    "linear32": "f32le",
    "linear32int": "s32le",  # no names of Deepgram's either
    "linear32be": "f32be",
    "unsigned8": "u8",
    "signed8": "s8",
    "mulaw": "mulaw",
    "alaw": "alaw",
    "amr-nb": "amrnb",
    "amr-wb": "amrwb",
    "g729": "g729",
}
# Exceptions for input that FFmpeg cannot read: its own, and Python's for numbers that are out of range.
UNREADABLE = (av.error.FFmpegError, ValueError, OverflowError, MemoryError, OSError)
MIN_RATE = 1_000  # Hz
# Formats whose tracks begin anywhere, and how long FFmpeg looks for them if it found no sound at first: to the latest
# start that counts (`timeline`), within `probesize` bytes, which it keeps in memory.
_TRACKS_BEGIN_ANYWHERE = {"mpeg", "mpegts", "flv"}
_LONG_LOOK = {"analyzeduration": "600000000", "probesize": str(1 << 26)}
# For a file whose edit list leaves nothing of its sound: the list is damaged, and FFmpeg need not follow it.
_WHOLE_MEDIA = {"ignore_editlist": "1"}
_MOSTLY = 0.5  # of a file
_MP3_PADDING_SECONDS = 1.0  # by which the frame count, with the encoder's padding, is more than the audio
_LIVE_START = 1.0  # seconds; the first time stamp of a file that was recorded from its beginning is earlier
_PCM = _HEADERLESS_DEMUXERS.keys() - {"amr-nb", "amr-wb", "g729"}  # FFmpeg needs their sample rate and channels
# FFmpeg estimates the duration of these formats from size and bit rate: their headers do not contain it.
_ESTIMATED = "aac loas amr amrnb amrwb ac3 eac3 ac4 dts dtshd mlp truehd g722 g726 g726le g729 gsm sbc aptx aptx_hd"
_WITHOUT_DURATION = frozenset(_ESTIMATED.split())


def open_container(file: PartReader, path: Path, raw: RawAudio | None) -> InputContainer:
    """Open a media file by its bytes, not by its name, and forbid FFmpeg to open any other file or address.

    A playlist (HLS, concat) names other files and addresses, which FFmpeg would otherwise read for the caller.

    Args:
        file: the opened file, or a part of it.
        path: its path, to describe it in an error.
        raw: encoding, sample rate and channels of headerless audio; None: the file has a header.

    Raises:
        ShardFailed: NOT_AUDIO, FFmpeg cannot open the file.
    """
    if not raw and is_fatal(file):
        raise ShardFailed(ShardError.NOT_AUDIO, "The file is not audio that can be read: its header is damaged.")
    options = {"protocol_whitelist": "none"}
    demuxer = _HEADERLESS_DEMUXERS.get(raw.encoding) if raw else None
    if raw and raw.encoding in _PCM:
        _check_claims(raw.sample_rate, raw.channels)
        options |= {"sample_rate": str(raw.sample_rate), "ch_layout": f"{raw.channels}C"}  # in no places
    try:
        container = av.open(file, "r", format=demuxer, options=options, metadata_errors="ignore")
        again = _LONG_LOOK if _has_late_audio(container) else _WHOLE_MEDIA if _is_edited_away(container) else {}
        if not again:
            return container
        container.close()
        file.seek(0)
        return av.open(file, "r", format=demuxer, options=options | again, metadata_errors="ignore")
    except UNREADABLE as error:
        content = f"not {raw.encoding} audio" if raw else describe_file(path)
        raise ShardFailed(ShardError.NOT_AUDIO, f"The file is not audio: it is {content}.") from error


def is_mp4(container: InputContainer) -> bool:
    """Return whether a file is an MP4 or one of its kin, such as MOV and 3GP."""
    return "mp4" in container.format.name.split(",")


def _has_late_audio(container: InputContainer) -> bool:
    """Return whether a track's sound, or a track, may begin behind what FFmpeg looked at: five seconds, or 5 MB."""
    tracks = [track for track in container.streams.audio if track.codec_context is not None]
    if not tracks:
        return container.format.name in _TRACKS_BEGIN_ANYWHERE
    return any(not track.codec_context.sample_rate for track in tracks)


def _is_edited_away(container: InputContainer) -> bool:
    """Return whether the edit list of an MP4 leaves nothing of a track: a muxer wrote it before it knew the length."""
    return is_mp4(container) and any(track.frames and track.duration == 0 for track in container.streams.audio)


def demux(container: InputContainer, stream: AvAudioStream) -> Iterator[Packet[AvAudioStream]]:
    """Yield the packets of a track, also where FFmpeg finds another track while it reads."""
    while True:
        try:
            yield from container.demux(stream)
            return
        except IndexError:  # a packet of a track that PyAV does not know: the next call goes on behind it
            continue


def check_track(stream: AvAudioStream) -> None:
    """Check what the header says of a track before memory follows it.

    Raises:
        ShardFailed: NOT_AUDIO, the sample rate or the number of channels is that of no recording.
    """
    _check_claims(stream.codec_context.sample_rate, stream.codec_context.layout.nb_channels)


def _check_claims(rate: int, channels: int) -> None:
    if channels > MAX_CHANNELS:
        raise ShardFailed(
            ShardError.NOT_AUDIO, f"The file has {channels} channels; at most {MAX_CHANNELS} are accepted."
        )
    if not MIN_RATE <= rate <= MAX_RATE:
        raise ShardFailed(
            ShardError.NOT_AUDIO,
            f"The file's header says {rate} samples a second; from {MIN_RATE} to {MAX_RATE} are accepted.",
        )


def no_audio_track_message(container: InputContainer, path: Path) -> str:
    """Return the message for a file that FFmpeg opens but that has no audio track."""
    content = describe_file(path, opened=True)
    is_video = container.streams.video and container.duration and "decoder" in content
    if is_video:
        context = container.streams.video[0].codec_context  # None: of a codec that no decoder here knows
        codec = f" ({context.codec.canonical_name})" if context else ""
        return f"The file is a video{codec} without a sound track: there is nothing to transcribe."
    return f"The file is not audio: it is {content}."


def no_samples_error(damaged: bool, header_seconds: float | None, zeros: float) -> ShardFailed:
    """Return the error for an audio track without a sample.

    Args:
        damaged: whether the track has frames that cannot be decoded.
        header_seconds: length by the file's header; None: it does not say.
        zeros: share of the file that is zeros.
    """
    if zeros > _MOSTLY:
        return ShardFailed(ShardError.NOT_AUDIO, f"The file has no sound: most of it is zeros {UNFINISHED_COPY}.")
    if header_seconds is not None and header_seconds >= 1:
        return ShardFailed(
            ShardError.NOT_AUDIO,
            f"The file's header says {header_seconds:.1f} seconds of audio, but no sound can be read behind it: only "
            "the beginning of the file arrived (cut off), or it is damaged or encrypted.",
        )
    if damaged:
        return ShardFailed(ShardError.NOT_AUDIO, "The file looks like audio, but not one of its frames can be decoded.")
    return ShardFailed(ShardError.EMPTY, "The file is audio without a single sample: its recording is empty.")


def header_end(container: InputContainer, stream: AvAudioStream, file: PartReader, zero: float) -> float | None:
    """Return the audio's end in seconds by the file's header; None: it is estimated, or not true.

    Args:
        container: the opened file.
        stream: the audio track.
        file: the bytes from which the container was opened.
        zero: time stamp, in seconds, at which a player begins.
    """
    end = _claimed_end(container, stream, file, zero)
    return end if end is not None and end <= MAX_SECONDS else None


def _claimed_end(container: InputContainer, stream: AvAudioStream, file: PartReader, zero: float) -> float | None:
    name = container.format.name
    if name in _WITHOUT_DURATION:
        return None
    # The header of a recorded stream has the end on the stream's clock, not the length.
    if name in ("ogg", "nut", "asf", "matroska,webm") and zero > _LIVE_START:
        return None
    if name == "ogg" and stream.codec_context.name == "flac":  # FFmpeg does not know where such a stream starts
        return None
    if name == "asf" and len(container.streams) > 1:  # the header's duration is that of the longest track
        return None
    if name == "mp3":
        counted = _mp3_seconds(file, stream.codec_context.sample_rate)
        estimated = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
        # FFmpeg estimates from the file's size where that is not the frame count's, as in concatenated files.
        return estimated if counted and abs(counted - estimated) < _MP3_PADDING_SECONDS else counted
    if stream.duration and stream.time_base:
        if is_mp4(container) and not stream.frames:  # fragments: what FFmpeg calls the duration is their end
            return float(stream.duration * stream.time_base) - zero
        start = float(stream.start_time * stream.time_base) - zero if stream.start_time is not None else 0
        return float(start + stream.duration * stream.time_base)
    if len(container.streams) == 1:
        return container.duration / av.time_base if container.duration else None
    return _clock_seconds(stream.metadata.get("DURATION", ""))  # Matroska's, of one track


def _clock_seconds(text: str) -> float | None:
    """Return the seconds of a duration as Matroska's tags have it: `00:00:05.062000000`."""
    found = re.fullmatch(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", text.strip("\0 "))
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else None


def _mp3_seconds(file: PartReader, rate: int) -> float | None:
    """Return the duration by the frame count of an MP3's Xing, Info or VBRI frame, which comes first after the tags."""
    position = file.tell()
    file.seek(0)
    head = file.read(10)
    if head[:3] == b"ID3":  # the tag's size: four bytes of seven bits
        file.seek(10 + sum((byte & 0x7F) << 7 * (3 - n) for n, byte in enumerate(head[6:10])))
    else:
        file.seek(0)
    frame = file.read(256)
    file.seek(position)
    marks = {frame.find(mark): offset for mark, offset in ((b"Xing", 8), (b"Info", 8), (b"VBRI", 14))}
    for at, offset in marks.items():
        count = frame[at + offset : at + offset + 4]
        if at >= 0 and len(count) == 4 and (offset == 14 or frame[at + 7] & 1):
            samples = 1152 if frame[1] & 0x18 == 0x18 else 576  # a frame: of MPEG-1, or of the lower rates
            return int.from_bytes(count, "big") * samples / rate
    return None
