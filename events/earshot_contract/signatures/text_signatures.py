"""Text signatures: which text was sent in place of audio (a playlist, captions, an address, base64 …).

Called by `file_signatures` for files that are text.
"""

from __future__ import annotations

import re

PLAYLIST = "a playlist (send the audio itself)"
SERVER_ERROR = "an error that a server answered in place of the file (download it again: the address may have expired)"
_CAPTIONS = "captions (send the audio that they are of)"
_LABELS = "annotations (send the audio that they are of)"
_FEED = "the feed of a podcast (send the address of an episode's audio)"
_MAIL = "an e-mail (save the audio that is attached to it, and send that)"
_PROJECT = "the project of an audio program (export the recording from it, as WAV or MP3)"

_AS_JSON = 'send it to POST /v1/listen as JSON, {"url": "https://…"}, with Content-Type: application/json'
_TEXT = (  # compared in lower case
    (b"#extm3u", PLAYLIST),
    (b"[playlist]", PLAYLIST),
    (b"<asx", PLAYLIST),
    (b"<mpd", PLAYLIST),
    (b"<svg", "an SVG image"),
    (b"<rss", _FEED),
    (b"<error>", SERVER_ERROR),
    (b"<?xml", "an XML document"),  # of which `xml_kind` knows none
    (b"data:", "a data: URI (send the bytes that its base64 stands for)"),
    (b"http://", f"an address ({_AS_JSON})"),
    (b"https://", f"an address ({_AS_JSON})"),
    (b"url=", f"a form with an address ({_AS_JSON})"),
    (b"webvtt", _CAPTIONS),
    (b"[script info]", _CAPTIONS),
    (b"scenarist_scc", _CAPTIONS),
    (b"<sami", _CAPTIONS),
    (b"<tt ", _CAPTIONS),
    (b'file type = "ootextfile', _LABELS),
    (b"<?wpl", PLAYLIST),
    (b"<smil", PLAYLIST),
    (b"[internetshortcut]", "a link to a web page (send the audio itself, or its address)"),
    (b"<feed", _FEED),
    (b"<opml", _FEED),
    (b"<reaper_project", _PROJECT),
    (b"begin 644 ", "audio as uuencoded text (send the bytes that it stands for)"),
    (b"=ybegin ", "audio as yEnc text (send the bytes that it stands for)"),
    (b"return-path:", _MAIL),
    (b"received: ", _MAIL),
    (b"delivered-to:", _MAIL),
    (b"mime-version:", _MAIL),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file (fetch it: git lfs pull)"),
    (b"{", "a JSON or text document"),
)
_XML = (  # what stands in it, in lower case
    (b"<playlist", PLAYLIST),
    (b"<error>", SERVER_ERROR),
    (b"<smil", PLAYLIST),
    (b"<rss", _FEED),
    (b"<feed", _FEED),
    (b"<opml", _FEED),
    (b"<tt ", _CAPTIONS),
    (b"<tt>", _CAPTIONS),
    (b"<annotation_document", _LABELS),
    (b"audacityproject", _PROJECT),
    (b"<sesx", _PROJECT),
    (b"<svg", "an SVG image"),
)
_BASE64 = "audio as base64 text (send the bytes that it stands for)"
_HEXADECIMAL = "audio as hexadecimal text (send the bytes that it stands for)"
_PRINTED_BYTES = "audio as Python prints it, b'…' (send the bytes themselves, not str(bytes))"
_FILE_NAME = (
    "the name of a file, not the file (curl takes it with an @ before it: --data-binary @FILE, in a form -F file=@FILE)"
)
_CAPTION_LINES = re.compile(  # SubRip, YouTube's SBV, MicroDVD, lyrics
    r"\d+\s*\n\d\d:\d\d:\d\d,\d{3} -->|\d+:\d\d:\d\d\.\d{3},\d+:|\{\d+\}\{\d+\}|\[\d\d:\d\d\.\d\d\]|\[(?:ar|ti|al|by):"
)
_OBJECT = re.compile(r"undefined|null|None|nil|NaN|\[object \w+\]|<[\w.]+ [^<>\n]{0,200}>|System\.\S{1,100}")
_MIN_BASE64 = 64  # letters; a shorter word may be a word


def xml_kind(lower: bytes) -> str | None:
    """Return a noun phrase for the beginning of an XML document, in lower case; None: it is of no kind known here."""
    return next((name for mark, name in _XML if mark in lower), None)


def text_kind(text: str, lower: bytes) -> str:
    """Return a noun phrase for the beginning of a text: what it is, and what to send instead.

    Args:
        text: the beginning, without a byte order mark and white space before it.
        lower: the same in lower case.
    """
    if _CAPTION_LINES.match(text):
        return _CAPTIONS
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
    if re.search(r"^\s*FILE \"[^\"\n]+\" \w+", text, re.MULTILINE):
        return "a cue sheet (send the audio that it describes)"
    lines = text.split("\n", 50)[:-1]
    if len(lines) > 1 and all(re.fullmatch(r"[^\n]{0,250}\.[A-Za-z0-9]{2,4}\s*|\s*", line) for line in lines):
        return PLAYLIST
    if _OBJECT.fullmatch(text.strip()):
        return "what a program prints for an object or a missing value (read the file, and send its bytes)"
    if re.fullmatch(r"@?[^\n]{1,250}\.[A-Za-z0-9]{2,4}\s*", text):
        return _FILE_NAME
    return "plain text"
