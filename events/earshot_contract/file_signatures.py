"""File signatures: the first bytes of files that hold no audio but are sent by mistake (PDF, ZIP, HTML …).

Prepare rejects such a file before a worker sees it; the worker names it in the error of a file that no decoder opens.
Signatures are those of the formats' specifications. A file that matches none may be audio: the decoder decides.
"""

from __future__ import annotations

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
