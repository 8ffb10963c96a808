"""File signatures: the first bytes of audio files, and of others that are sent by mistake (PDF, ZIP, HTML …).

Prepare rejects such a file before a worker sees it; the worker names it in the error of a file that no decoder opens.
Signatures are those of the formats' specifications. A file that matches none may be audio: the decoder decides.
Where a kind is usually sent by mistake, its noun phrase says what to send instead.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

from earshot_contract.signatures.binary_signatures import BINARY, binary_kind
from earshot_contract.signatures.container_signatures import container_name
from earshot_contract.signatures.text_signatures import text_kind, xml_kind

HEAD_BYTES = 4096  # bytes from the start of the file that `non_audio_kind` looks at
WEB_PAGE = "a web page (HTML)"
UNFINISHED_MP4 = (
    "an MP4 or M4A without its index (moov): the recorded file was not finished, or only a part of it arrived (cut off)"
)

SEGMENT_OF_MP4 = (
    "a segment of a stream (HLS, DASH), or a later chunk of a browser's recording, without its beginning: put the init "
    "segment, or the first chunk, which has the index (moov), before it"
)
UNFINISHED_COPY = "(a copy or download that was not finished: fetch it again)"
_CERTAIN_SIGNATURE = 4  # bytes that no samples without a header begin with
_CERTAIN_TEXT = 64  # letters: samples without a header do not begin with a text of this length by chance
_ASCII_ROW = 32  # codes: mu-law 0x60-0x7F, A-law 0x40-0x5F are quiet samples of one sign; words have spaces or digits
_ICON = re.compile(rb"\0\0\x01\0[\x01-\x20]\0")  # an MP4 whose first box has 256 bytes begins almost so
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_HTML = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<title", b"<meta ")
_MULTIPART = "a multipart form (send the bytes of the file alone, as curl --data-binary @FILE does)"
_WRITTEN_AS_TEXT = "audio that a program wrote as UTF-16 text, as PowerShell does behind > (let curl write it: -o FILE)"
_READ_AS_TEXT = "audio that a program read as UTF-8 text, which replaces bytes (read and send the file as bytes)"
LINE_ENDS_CHANGED = (
    "audio in which a program changed line ends, as FTP does in ASCII mode: before every byte 10 there is a byte 13 "
    "(transfer the file in binary mode)"
)
_MIN_LINE_ENDS = 8  # of a file of bytes, each by chance behind a byte 13 once in 256 times
# Bytes that text has in no encoding. At least this many line ends must have one next to them; lyrics in a tag have two.
_MIN_AMONG_BYTES = 4
_NO_TEXT = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1b")
_CHUNKED = (
    "an HTTP answer that was saved with the sizes of its chunks between the bytes (Transfer-Encoding: chunked, "
    "aws-chunked): save it as the client decodes it"
)
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}(?:;[ -~]{0,256})?\r\n")
_BOM = b"\xef\xbb\xbf"
_AUDIO_MAGIC = (b"RIFF", b"RIFX", b"ID3", b"fLaC", b"OggS", b"FORM", b"\xc3\xbf\xc3")
_MIN_REPLACED = 4  # characters that no audio has by chance
_AUDIO_WITH_TEXT_HEADER = (b"NIST_1A", b"#!AMR")
_UNKNOWN = (
    "of a format no decoder here knows, or damaged at its beginning "
    "(headerless audio needs encoding and sample_rate: encoding=linear16&sample_rate=16000)"
)

# ISO base media files (MP4, M4A, MOV, HEIC): boxes that may come first, and brands in `ftyp` that are not audio.
_FIRST_BOXES = frozenset(b"ftyp mdat wide free skip styp sidx emsg prft moof uuid pdin".split())
_BRANDS = {
    b"heic": "a HEIC image",
    b"heix": "a HEIC image",
    b"mif1": "a HEIC image",
    b"avif": "an AVIF image",
    b"aax ": "an Audible file with copy protection",
    b"aaxc": "an Audible file with copy protection",
    b"M4P ": "an iTunes file with copy protection",
}
_MAX_BOXES = 64  # of the file's top level; the index is among the first few


def non_audio_kind(head: bytes, headerless: bool = False) -> str | None:
    """Return a noun phrase for a file that certainly holds no audio, or None.

    Args:
        head: the first HEAD_BYTES of the file, or all of a shorter one.
        headerless: the file may be samples without a header: they can have a short signature, or text, by chance.
    """
    head = head[:HEAD_BYTES]
    start = head.removeprefix(_BOM).lstrip()
    for signature, name in BINARY:
        if start.startswith(signature) and not (headerless and len(signature) < _CERTAIN_SIGNATURE):
            return name
    if (size := _CHUNK_SIZE.match(head)) and container_name(head[size.end() :]):
        return _CHUNKED
    if headerless and (len(head) < _CERTAIN_TEXT or is_quiet_audio(head)):
        return None
    if has_changed_line_ends(head):
        return LINE_ENDS_CHANGED
    if kind := binary_kind(head, headerless):
        return kind
    if head[4:8] == b"ftyp" and head[8:12] in _BRANDS:
        return _BRANDS[head[8:12]]
    if _ICON.match(head) and not headerless:
        return "an icon"
    if head.startswith(_UTF16_BOMS):
        if head.decode("utf-16", "replace").encode("latin-1", "replace").startswith(_AUDIO_MAGIC):
            return _WRITTEN_AS_TEXT
        if _is_utf16(head):
            return "plain text"
    lower = start.lower()
    if lower.startswith(b"<?xml") and (kind := xml_kind(lower)):
        return kind
    if lower.startswith(_HTML) or (lower.startswith((b"<?xml", b"<!--")) and b"<html" in lower):
        return WEB_PAGE
    if start.startswith(b"--") and b"content-disposition: form-data" in lower:
        return _MULTIPART
    if head.startswith(_AUDIO_WITH_TEXT_HEADER):
        return None
    if _was_read_as_text(head):
        return _READ_AS_TEXT
    return text_kind(start.decode(errors="ignore"), lower) if _is_text(head) else None


def is_quiet_audio(head: bytes) -> bool:
    """Return whether bytes that are letters are more probably quiet samples without a header, in mu-law or A-law.

    Args:
        head: the first HEAD_BYTES of the file, or all of a shorter one.
    """
    return len(head) >= _CERTAIN_TEXT and len({letter // _ASCII_ROW for letter in head}) == 1


def has_changed_line_ends(head: bytes) -> bool:
    """Return whether bytes that are no text have a byte 13 before every byte 10."""
    if head.count(b"\n") < _MIN_LINE_ENDS or head.count(b"\r\n") < head.count(b"\n"):
        return False
    ends = (at for at in range(1, len(head)) if head[at] == 10)
    around = (head[max(0, at - 3) : at - 1] + head[at + 1 : at + 3] for at in ends)
    return sum(any(byte in _NO_TEXT for byte in few) for few in around) >= _MIN_AMONG_BYTES


def mp4_without_index(file: BinaryIO, size: int) -> str | None:
    """Return a noun phrase for an MP4 or M4A that certainly has no index, and so cannot be decoded; else None.

    Recorders write the index last: it is missing if one was killed, or if only a part of the file arrived. Of a
    stream's segments it is in a file of its own. The file's position is changed.

    Args:
        file: the seekable file.
        size: its length in bytes.
    """
    position = 0
    for number in range(_MAX_BOXES):
        file.seek(position)
        header = file.read(16)
        if len(header) < 8:
            return UNFINISHED_MP4 if number > 0 else None
        length, kind = int.from_bytes(header[:4], "big"), header[4:8]
        if (number == 0 and kind not in _FIRST_BOXES) or kind == b"moov":
            return None
        if kind == b"moof":
            return SEGMENT_OF_MP4
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        if length == 0 or position + length >= size:
            return UNFINISHED_MP4 if length == 0 or length >= 8 else None
        if length < 8:
            return None
        position += length
    return None


def describe_file(path: Path, opened: bool = False) -> str:
    """Return a noun phrase for a file that no decoder opens, or, with `opened`, in which none finds sound."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if kind := non_audio_kind(head):
            return kind
        if len(head) >= _CERTAIN_TEXT and not any(head):
            return f"nothing but zeros at its beginning {UNFINISHED_COPY}"
        if kind := mp4_without_index(file, path.stat().st_size):
            return kind
    name = None if opened else container_name(head)
    return f"{name} that is damaged or cut off near its beginning" if name else _UNKNOWN


def _was_read_as_text(head: bytes) -> bool:
    """Return whether bytes are audio that was decoded to text, as UTF-8 or as Latin-1, and encoded again."""
    text = _decode(head)
    if text is None or head.startswith(_BOM):
        return False
    if text.count("\ufffd") >= _MIN_REPLACED and not _is_printable(text):
        return True
    others = [letter for letter in text if letter > "\x7f"]
    return head.startswith(_AUDIO_MAGIC) and len(others) >= 4 * _MIN_REPLACED and max(others) <= "\xff"


def _is_text(head: bytes) -> bool:
    """Return True for printable UTF-8."""
    text = _decode(head.removeprefix(_BOM))
    return bool(text) and _is_printable(str(text))


def _is_utf16(head: bytes) -> bool:
    """Return True for printable UTF-16 with a byte order mark; half a letter at the end of `head` does not count."""
    try:
        text = head[: len(head) // 2 * 2].decode("utf-16")
    except UnicodeDecodeError:
        return False
    return bool(text) and _is_printable(text)


def _is_printable(text: str) -> bool:
    return all(letter.isprintable() or letter in "\t\r\n\f" for letter in text)


def _decode(head: bytes) -> str | None:
    """Return UTF-8 decoded, None for other bytes; a character that the end of `head` splits does not count."""
    try:
        return head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3 or len(head) < HEAD_BYTES - len(_BOM):
            return None
        return head[: error.start].decode()
