"""Text signatures: which text was sent in place of audio (a playlist, captions, an address, base64 …).

`file_signatures` asks when a file is text.
"""

from __future__ import annotations

import re

PLAYLIST = "a playlist (send the audio itself)"
SERVER_ERROR = "an error that a server answered in place of the file (download it again: the address may have expired)"
_CAPTIONS = "captions (send the audio that they are of)"

_AS_JSON = 'send it to POST /v1/listen as JSON, {"url": "https://…"}, with Content-Type: application/json'
_TEXT = (  # compared in lower case
    (b"#extm3u", PLAYLIST),
    (b"[playlist]", PLAYLIST),
    (b"<asx", PLAYLIST),
    (b"<mpd", PLAYLIST),
    (b"<svg", "an SVG image"),
    (b"<rss", "the feed of a podcast (send the address of an episode's audio)"),
    (b"<error>", SERVER_ERROR),
    (b"<?xml", "an XML document"),
    (b"data:", "a data: URI (send the bytes that its base64 stands for)"),
    (b"http://", f"an address ({_AS_JSON})"),
    (b"https://", f"an address ({_AS_JSON})"),
    (b"url=", f"a form with an address ({_AS_JSON})"),
    (b"webvtt", _CAPTIONS),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file (fetch it: git lfs pull)"),
    (b"{", "a JSON or text document"),
)
_BASE64 = "audio as base64 text (send the bytes that it stands for)"
_HEXADECIMAL = "audio as hexadecimal text (send the bytes that it stands for)"
_PRINTED_BYTES = "audio as Python prints it, b'…' (send the bytes themselves, not str(bytes))"
_FILE_NAME = (
    "the name of a file, not the file (curl takes it with an @ before it: --data-binary @FILE, in a form -F file=@FILE)"
)
_MIN_BASE64 = 64  # letters; a shorter word may be a word


def text_kind(text: str, lower: bytes) -> str:
    """Return a noun phrase for the beginning of a text: what it is, and what to send instead.

    Args:
        text: the beginning, without a byte order mark and white space before it.
        lower: the same in lower case.
    """
    for prefix, name in _TEXT:
        if lower.startswith(prefix):
            return name
    letters = "".join(text.strip().strip("\"'").split())
    if len(letters) >= _MIN_BASE64 and re.fullmatch(r"[0-9a-fA-F]+", letters):
        return _HEXADECIMAL
    if re.match(r"""b['"][^\n]{0,60}\\x""", text):
        return _PRINTED_BYTES
    is_wrapped = all(len(line) >= _MIN_BASE64 // 2 for line in text.split()[:-2])  # words are shorter than its lines
    if is_wrapped and len(letters) >= _MIN_BASE64 and re.fullmatch(r"[A-Za-z0-9+/_-]+={0,2}", letters):
        return _BASE64
    if re.match(r"\d+\s*\n\d\d:\d\d:\d\d,\d{3} -->", text):
        return _CAPTIONS
    if re.fullmatch(r"@?[^\n]{1,250}\.[A-Za-z0-9]{2,4}\s*", text):
        return _FILE_NAME
    return "plain text"
