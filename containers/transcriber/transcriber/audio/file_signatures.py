"""File signatures: what a file that is not audio contains, for the error message."""

from __future__ import annotations

from pathlib import Path

_SIGNATURES: list[tuple[bytes, str]] = [
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"PK\x03\x04", "a ZIP archive (or an Office document)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"#EXTM3U", "a playlist: send the audio itself"),
    (b"<!DOCTYPE html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML document"),
    (b"{", "a JSON or text document"),
]


def describe_file(path: Path) -> str:
    """Return a noun phrase for the content of the file at `path`, from its first 512 bytes."""
    with path.open("rb") as file:
        head = file.read(512)
    for signature, name in _SIGNATURES:
        if head.lstrip().lower().startswith(signature.lower()):
            return name
    # The 512 bytes may end inside a UTF-8 character: up to 3 bytes that do not decode are still text.
    text = head.decode("utf-8", errors="ignore")
    if len(text.encode()) >= len(head) - 3 and all(c.isprintable() or c in "\r\n\t\f" for c in text):
        return "plain text"
    return "of a format no decoder here knows, or damaged at its beginning"
