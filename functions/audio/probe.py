"""Duration, channels and sample rate from a file's header.

Used to plan shards and to scale; the worker's decoder has the final values.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from tinytag import TinyTag, TinyTagException

from earshot_contract.audio_limits import MAX_CHANNELS, MAX_RATE, MAX_SECONDS
from earshot_contract.documents.audio_tracks import TrackRequest
from earshot_contract.documents.shards import RawAudio
from earshot_contract.signatures.container_signatures import container_name, wav_samples
from earshot_contract.signatures.file_signatures import HEAD_BYTES, mp4_without_index, non_audio_kind
from earshot_contract.signatures.frame_headers import (
    FRAMES_IN_A_ROW,
    HEADER_BYTES,
    aac_frame_bytes,
    ac3_frame_bytes,
    frames_in_a_row,
    mpeg_frame_bytes,
)
from functions.audio import asf, avi, fixed_headers, flv, matroska, mp4, mpeg_stream, ogg, wav
from functions.audio.behind_tags import BehindTags, tags_end
from functions.audio.frame_channels import AAC_RATES, frame_channels
from functions.audio.tracks import HeaderTrack, transcribed_track
from functions.errors import bad_audio

_ENCRYPTED = (
    "corrupt or unsupported data: the sound of this file is encrypted (copy protection, DRM): send a copy without it."
)
_MAX_WRAPPERS = 4  # tags and WAV headers around a recording; a hostile file has thousands, one inside the other
_FRAME_START = re.compile(rb"\xff[\xe2-\xff]|\x0b\x77")
_AAC_SAMPLES = 1024  # of a frame
_AAC_SPOTS = (1 / 8, 3 / 8, 5 / 8, 7 / 8)  # of the file
# Bytes a sample of headerless audio, for encodings where the number is fixed.
SAMPLE_BYTES = {"linear16": 2, "mulaw": 1, "alaw": 1, "linear32": 4}


@dataclass(frozen=True)
class Probe:
    """Values of the header; None where it has none."""

    duration: float | None = None  # seconds
    channels: int | None = None
    sample_rate: int | None = None  # Hz
    tracks: int = 1  # audio tracks, as far as the header says


def probe(file: BinaryIO, size: int, raw: RawAudio | None = None, requested_track: TrackRequest | None = None) -> Probe:
    """Read the header of an audio file.

    Args:
        file: the file; it must be seekable.
        size: its length in bytes.
        raw: format of headerless audio, as the caller claims; a file with a header is read by that. None: no claim.
        requested_track: the audio track to describe; None: the default one. Channels are unknown where the header does
            not name the requested one.

    Raises:
        ApiError: the file is empty, its signature shows that it is not audio, or it is an MP4 without an index.
    """
    if size == 0:
        raise bad_audio("corrupt or unsupported data: the file is empty.")
    file, head, size = _without_wrappers(file, size)
    is_headerless = raw is not None and not container_name(head)
    if kind := non_audio_kind(head, is_headerless):
        raise bad_audio(f"corrupt or unsupported data: this is {kind}, not audio.")
    if raw and is_headerless:
        return _probe_raw(raw, size)
    if kind := mp4_without_index(file, size):
        raise bad_audio(f"corrupt or unsupported data: this is {kind}.")
    file.seek(0)
    if head.startswith(matroska.EBML_MAGIC):
        return _probe_track(matroska.read(file), requested_track)
    if head[4:8] in mp4.FIRST_BOXES:
        return _probe_track(mp4.read(file, size), requested_track)
    if head[:4] in wav.MAGICS and head[8:12] == b"WAVE":
        return _plausible(Probe(*wav.read(file, size)))
    if head.startswith(ogg.MAGIC):
        return _plausible(Probe(*ogg.read(file, size)))
    if frames_in_a_row(head, aac_frame_bytes)[0] > 1:  # the tags' reader takes it for an MP3, and counts all of it
        return _plausible(_probe_aac(file, head, size))
    if avi.is_avi(head):
        return _probe_track(avi.read(file), requested_track)
    if head.startswith(flv.MAGIC):
        return _plausible(Probe(*flv.read(file)))
    if mpeg_stream.is_transport_stream(head) or mpeg_stream.is_program_stream(head):
        return _probe_track(mpeg_stream.read(file), requested_track)
    if asf.is_protected(file, head):
        raise bad_audio(_ENCRYPTED)
    if (fixed := fixed_headers.read(file, size, head)) is not None:
        return _plausible(Probe(*fixed))
    if frames_in_a_row(head, ac3_frame_bytes)[0] > 1:
        return Probe(channels=frame_channels(head))
    if container_name(head) is None:  # the tags' reader takes any file for an MP3
        return Probe(channels=_framed_channels(head))
    return _plausible(_probe_tags(file))


def _without_wrappers(file: BinaryIO, size: int) -> tuple[BinaryIO, bytes, int]:
    """Return the recording behind tags and a WAV header that only wraps it, its first bytes, and its length."""
    head = file.read(HEAD_BYTES)
    for _ in range(_MAX_WRAPPERS):
        # The tags' reader knows one tag, before MP3 and FLAC, and takes all other files for MP3.
        start = tags_end(file) or wav_samples(head) or 0
        file.seek(start)
        inner = file.read(HEAD_BYTES) if start else b""
        if not container_name(inner):
            break
        file, head, size = BehindTags(file, start), inner, size - start
    return file, head, size


def _framed_channels(head: bytes) -> int | None:
    """Return the channels of frames that begin behind other bytes, as in a recording from inside a stream."""
    for at in (found.start() for found in _FRAME_START.finditer(head)):
        for length in (aac_frame_bytes, mpeg_frame_bytes, ac3_frame_bytes):
            if frames_in_a_row(head[at:], length)[0] == FRAMES_IN_A_ROW:
                return frame_channels(head[at:])
    return None


def _probe_track(tracks: Sequence[HeaderTrack], requested: TrackRequest | None) -> Probe:
    track = transcribed_track(tracks, requested)
    if track.is_encrypted:
        raise bad_audio(_ENCRYPTED)
    found = _plausible(Probe(track.seconds, track.channels, track.rate))
    return replace(found, tracks=sum(track.is_audio for track in tracks))


def _plausible(found: Probe) -> Probe:
    """Leave out what a damaged or hostile header claims: the worker's decoder has the final values."""
    duration = found.duration
    if duration is not None and not (math.isfinite(duration) and 0 < duration <= MAX_SECONDS):
        duration = None
    channels = found.channels if found.channels and found.channels <= MAX_CHANNELS else None
    sample_rate = found.sample_rate if found.sample_rate and found.sample_rate <= MAX_RATE else None
    return Probe(duration, channels, sample_rate)


def _probe_raw(raw: RawAudio, size: int) -> Probe:
    width = SAMPLE_BYTES.get(raw.encoding)
    seconds = size / (width * raw.sample_rate * raw.channels) if width else None
    return Probe(seconds, raw.channels, raw.sample_rate)


def _probe_aac(file: BinaryIO, head: bytes, size: int) -> Probe:
    """Return the values of the first header, and the duration by the mean length of frames in some places.

    A recording may begin with silence, whose frames are a tenth as long as those of speech.
    """
    rate = AAC_RATES[head[2] >> 2 & 15]
    found = [_aac_frames(head)]
    if size > 2 * len(_AAC_SPOTS) * HEAD_BYTES:
        for spot in _AAC_SPOTS:
            file.seek(int(size * spot))
            found.append(_aac_frames(file.read(HEAD_BYTES)))
        found = [spot for spot in found[1:] if spot[0]] or found[:1]
    per_byte = sum(frames / counted for counted, frames in found) / len(found)
    return Probe(size * per_byte * _AAC_SAMPLES / rate, frame_channels(head), rate)


def _aac_frames(data: bytes) -> tuple[int, int]:
    """Return the bytes and the number of the frames that follow each other from the first that another follows."""
    for start in range(len(data) - HEADER_BYTES):
        at, frames = start, 0
        while length := aac_frame_bytes(data[at : at + HEADER_BYTES]):
            at, frames = at + length, frames + 1
        if frames > 1 or (frames and not start):
            return at - start, frames
    return 0, 0


def _probe_tags(file: BinaryIO) -> Probe:
    try:
        tag = TinyTag.get(file_obj=file, tags=False)
    except (TinyTagException, ValueError, LookupError, ArithmeticError, OSError):
        return Probe()  # unknown or damaged: the worker's decoder decides
    duration = tag.duration if tag.duration and math.isfinite(tag.duration) and tag.duration > 0 else None
    return Probe(duration, tag.channels or None, tag.samplerate or None)
