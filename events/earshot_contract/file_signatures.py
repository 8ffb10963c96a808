"""File signatures: the first bytes of audio files, and of others that are sent by mistake (PDF, ZIP, HTML …).

Prepare rejects such a file before a worker sees it; the worker names it in the error of a file that no decoder opens.
Signatures are those of the formats' specifications. A file that matches none may be audio: the decoder decides.
"""

from __future__ import annotations

import re
from pathlib import Path

HEAD_BYTES = 4096  # bytes from the start of the file that `non_audio_kind` looks at

_BINARY = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a database"),
)
_TEXT = (  # compared in lower case
    (b"#extm3u", "a playlist (send the audio itself)"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML document"),
    (b"{", "a JSON or text document"),
)
# Audio and video files whose header names the codec: bytes that samples without a header do not begin with.
_CONTAINERS = (
    (re.compile(rb"RI(?:FF|FX)....WAVE|R[FI]64....WAVE|BW64....WAVE|riff\x2e\x91\xcf\x11", re.DOTALL), "a WAV file"),
    (re.compile(rb"RIFF....AVI ", re.DOTALL), "an AVI file"),
    (re.compile(rb"fLaC"), "a FLAC file"),
    (re.compile(rb"OggS\x00"), "an Ogg file"),
    (re.compile(rb"ID3[\x02-\x04]..[\x00-\x7f]{4}", re.DOTALL), "an MP3 file"),
    (re.compile(rb"\x1a\x45\xdf\xa3"), "a Matroska or WebM file"),
    (re.compile(rb"\x00...(?:ftyp|moov|mdat|moof|styp)", re.DOTALL), "an MP4 file"),
    (re.compile(rb"FORM....AIF[FC]", re.DOTALL), "an AIFF file"),
    (re.compile(rb"\.snd\x00"), "an AU file"),
    (re.compile(rb"caff\x00\x01"), "a CAF file"),
    (re.compile(rb"#!AMR(?:-WB)?\n"), "an AMR file"),
    (re.compile(rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"), "a WMA file"),
    (re.compile(rb"FLV\x01"), "an FLV file"),
    (re.compile(rb"wvpk...\x00", re.DOTALL), "a WavPack file"),
    (re.compile(rb"(?:G.{187}){4}", re.DOTALL), "an MPEG transport stream"),
)
_MPEG_FRAMES = 4  # frames in a row whose headers agree; samples do not do that by chance
_MP3_KBITS = (  # by MPEG version (1; 2 and 2.5) for layer III, then by the header's four bits
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
_MP3_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}  # Hz, by version bits
_AUDIO_WITH_TEXT_HEADER = (b"NIST_1A", b"#!AMR", b"#!SILK")
_UNKNOWN = "of a format no decoder here knows, or damaged at its beginning"


def non_audio_kind(head: bytes) -> str | None:
    """Return a noun phrase for a file that certainly holds no audio, or None.

    Args:
        head: the first HEAD_BYTES of the file, or all of a shorter one.
    """
    head = head[:HEAD_BYTES]
    start = head.lstrip()
    for signature, name in _BINARY:
        if start.startswith(signature):
            return name
    if head.startswith(_AUDIO_WITH_TEXT_HEADER) or not _is_text(head):
        return None
    return next((name for prefix, name in _TEXT if start.lower().startswith(prefix)), "plain text")


def container_name(head: bytes) -> str | None:
    """Return a noun phrase for an audio or video file with a header, or None: its bytes may be samples without one.

    Args:
        head: the first HEAD_BYTES of the file, or all of a shorter one.
    """
    if found := next((name for signature, name in _CONTAINERS if signature.match(head)), None):
        return found
    for length, name in ((_mp3_frame_bytes, "an MP3 file"), (_aac_frame_bytes, "an AAC file")):
        at = frames = 0
        while size := length(head[at : at + 7]):
            at, frames = at + size, frames + 1
        if frames >= _MPEG_FRAMES or (frames > 1 and at >= len(head)):
            return name
    return None


def _mp3_frame_bytes(header: bytes) -> int:
    """Return the length of the MP3 frame with this header; 0 if it is none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, kbits, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or kbits in (0, 15) or rate == 3:
        return 0
    bits = _MP3_KBITS[version != 3][kbits] * 1000 * (144 if version == 3 else 72)
    return bits // _MP3_RATES[version][rate] + (header[2] >> 1 & 1)


def _aac_frame_bytes(header: bytes) -> int:
    """Return the length of the AAC frame with this ADTS header; 0 if it is none."""
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 15 > 12:
        return 0
    size = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return size if size > 7 else 0


def describe_file(path: Path) -> str:
    """Return a noun phrase for a file that no decoder opens."""
    with path.open("rb") as file:
        return non_audio_kind(file.read(HEAD_BYTES)) or _UNKNOWN


def _is_text(head: bytes) -> bool:
    """Return True for printable UTF-8; a character that the end of `head` splits does not count against it."""
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3 or len(head) < HEAD_BYTES:
            return False
        text = head[: error.start].decode()
    return bool(text) and all(letter.isprintable() or letter in "\t\r\n\f" for letter in text)
