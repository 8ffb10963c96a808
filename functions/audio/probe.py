"""What a file's first bytes say about its audio. Advice for cutting and scaling: the worker tells the truth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import BinaryIO

from tinytag import TinyTag, TinyTagException

from earshot_contract.shards import RawAudio
from functions.audio import matroska
from functions.errors import bad_audio

HEAD_BYTES = 4096

# Bytes that no decoder finds audio in. Anything not listed here goes to the worker, which has real decoders.
NEVER_AUDIO = {
    b"%PDF-": "a PDF document",
    b"\x89PNG\r\n\x1a\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\x1f\x8b": "a gzip archive",
    b"\xfd7zXZ\x00": "an xz archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"\x7fELF": "a program",
    b"SQLite format 3\x00": "a database",
}
TEXT_BUT_AUDIO = (b"NIST_1A", b"#!AMR", b"#!SILK")  # their headers are text

# Bytes a sample of headerless audio takes, where that is fixed.
SAMPLE_BYTES = {"linear16": 2, "mulaw": 1, "alaw": 1, "linear32": 4}


@dataclass(frozen=True)
class Probe:
    """None: the header does not say."""

    duration: float | None = None  # seconds
    channels: int | None = None
    sample_rate: int | None = None  # Hz


def probe(file: BinaryIO, size: int, raw: RawAudio | None = None) -> Probe:
    """Read a seekable file of `size` bytes; `raw` tells how to read one without a header.

    Raises:
        ApiError: nothing in it, or certainly no audio.
    """
    if size == 0:
        raise bad_audio("corrupt or unsupported data: the file is empty.")
    if raw:
        return _of_raw(raw, size)
    head = file.read(HEAD_BYTES)
    if what := _never_audio(head):
        raise bad_audio(f"corrupt or unsupported data: this is {what}, not audio.")
    file.seek(0)
    if head.startswith(matroska.MAGIC):
        return Probe(*matroska.read(file))
    return _of_tags(file)


def _of_raw(raw: RawAudio, size: int) -> Probe:
    width = SAMPLE_BYTES.get(raw.encoding)
    seconds = size / (width * raw.sample_rate * raw.channels) if width else None
    return Probe(seconds, raw.channels, raw.sample_rate)


def _of_tags(file: BinaryIO) -> Probe:
    try:
        tag = TinyTag.get(file_obj=file, tags=False)
    except (TinyTagException, ValueError, LookupError, ArithmeticError, OSError):
        return Probe()  # unknown or broken: not ours to judge
    duration = tag.duration if tag.duration and math.isfinite(tag.duration) and tag.duration > 0 else None
    return Probe(duration, tag.channels or None, tag.samplerate or None)


def _never_audio(head: bytes) -> str | None:
    for magic, what in NEVER_AUDIO.items():
        if head.startswith(magic):
            return what
    return "text" if _is_text(head) and not head.startswith(TEXT_BUT_AUDIO) else None


def _is_text(head: bytes) -> bool:
    """Readable from end to end: a character cut off at the end of `head` does not count against it."""
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3 or len(head) < HEAD_BYTES:
            return False
        text = head[: error.start].decode()
    return all(letter.isprintable() or letter in "\t\r\n\f" for letter in text)
