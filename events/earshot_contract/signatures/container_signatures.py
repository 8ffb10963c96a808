"""Container signatures: the first bytes of audio and video files with a header.

Prepare and the worker read such a file by its header, whatever the caller says that its bytes are.
"""

from __future__ import annotations

import re
import struct

from earshot_contract.signatures.frame_headers import (
    FRAMES_IN_A_ROW,
    HEADER_BYTES,
    aac_frame_bytes,
    ac3_frame_bytes,
    latm_frame_bytes,
    mpeg_frame_bytes,
)

# Audio and video files whose header names the codec: bytes that samples without a header do not begin with.
_CONTAINERS = (
    (re.compile(rb"RI(?:FF|FX)....WAVE|R[FI]64....WAVE|BW64....WAVE|riff\x2e\x91\xcf\x11", re.DOTALL), "a WAV file"),
    (re.compile(rb"RIFF....AVI ", re.DOTALL), "an AVI file"),
    (re.compile(rb"fLaC"), "a FLAC file"),
    (re.compile(rb"OggS\x00"), "an Ogg file"),
    (re.compile(rb"ID3[\x02-\x04]..[\x00-\x7f]{4}", re.DOTALL), "an MP3 file"),
    (re.compile(rb"\x1a\x45\xdf\xa3"), "a Matroska or WebM file"),
    (
        re.compile(rb"\x00...(?:ftyp|moov|mdat|moof|styp|wide|free|skip|uuid|pdin|sidx|emsg|prft)", re.DOTALL),
        "an MP4 file",
    ),
    (re.compile(rb"FORM....AIF[FC]", re.DOTALL), "an AIFF file"),
    (re.compile(rb"\.snd\x00"), "an AU file"),
    (re.compile(rb"caff\x00\x01"), "a CAF file"),
    (re.compile(rb"#!AMR(?:-WB)?\n"), "an AMR file"),
    (re.compile(rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"), "a WMA file"),
    (re.compile(rb"FLV\x01"), "an FLV file"),
    (re.compile(rb"wvpk...\x00", re.DOTALL), "a WavPack file"),
    (re.compile(rb"TTA1[\x01-\x03]\x00"), "a TTA file"),
    (re.compile(rb"nut/multimedia container\x00"), "a NUT file"),
    (re.compile(rb"Creative Voice File\x1a"), "a VOC file"),
    (re.compile(rb"\x00\x00\x01\xba[\x21\x44-\x7f]"), "an MPEG program stream"),
    (re.compile(rb"\.RMF\x00\x00\x00"), "a RealMedia file"),
    (re.compile(rb"MAC [\x8c-\xff]\x0f\x00\x00"), "a Monkey's Audio file"),
    (re.compile(rb"MPCK(?:SH|SE)|MP\+[\x07\x17]"), "a Musepack file"),
    (re.compile(rb"\.SoX.\x00\x00\x00|XoS\.\x00\x00\x00.", re.DOTALL), "a SoX file"),
    (re.compile(rb"\x64\xa3[\x01-\x04]\x00.{4}[\x01-\x10]\x00\x00\x00", re.DOTALL), "an IRCAM file"),
    (re.compile(rb"NIST_1A\n"), "a NIST SPHERE file"),
    (re.compile(rb"\x7f\xfe\x80\x01"), "a DTS file"),
    (re.compile(rb"(?:G.{187}){4}", re.DOTALL), "an MPEG transport stream"),
)
_SAMPLES_WAV = re.compile(rb"R(?:IFF|F64)....WAVE", re.DOTALL)
_SAMPLE_TAGS = {1, 3, 0xFFFE}  # formats of WAV whose data are samples
_FRAMED = (
    (mpeg_frame_bytes, "an MP3 file"),
    (aac_frame_bytes, "an AAC file"),
    (latm_frame_bytes, "an AAC file"),
    (ac3_frame_bytes, "an AC-3 file"),
)


def container_name(head: bytes) -> str | None:
    """Return a noun phrase for an audio or video file with a header, or None: its bytes may be samples without one.

    Args:
        head: the first `file_signatures.HEAD_BYTES` of the file, or all of a shorter one.
    """
    if found := next((name for signature, name in _CONTAINERS if signature.match(head)), None):
        return found
    for length, name in _FRAMED:
        at = frames = 0
        while size := length(head[at : at + HEADER_BYTES]):
            at, frames = at + size, frames + 1
        if frames >= FRAMES_IN_A_ROW or (frames > 1 and at >= len(head)):
            return name
    return None


def wav_samples(head: bytes) -> int | None:
    """Return where the samples of a WAV file begin; None: its header does not call them samples, or it is no WAV.

    Programs write such a header before a recording that is compressed, and has a header of its own.

    Args:
        head: the first bytes of the file.
    """
    if not _SAMPLES_WAV.match(head):
        return None
    at, tag = 12, None
    while at + 8 <= len(head):
        kind, size = struct.unpack_from("<4sI", head, at)
        if kind == b"data":
            return at + 8 if tag in _SAMPLE_TAGS else None
        if kind == b"fmt " and at + 10 <= len(head):
            (tag,) = struct.unpack_from("<H", head, at + 8)
        at += 8 + size + size % 2
    return None
