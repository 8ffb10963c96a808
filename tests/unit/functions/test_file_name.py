"""Names of files: from every source, never a path, and as the name of a download."""

from __future__ import annotations

from email.message import Message
from urllib.parse import unquote

import pytest

from functions.file_name import clean_name, content_disposition, name_of_header, name_of_url
from tests.fixtures.rows import each_row


@each_row(
    ("raw", "name"),
    [
        ("ep1.mp3", "ep1.mp3"),
        ("podcasts/2026/ep 1.mp3", "ep 1.mp3"),
        ("C:\\Users\\me\\ep1.mp3", "ep1.mp3"),
        ("../../etc/passwd", "passwd"),
        ("folder/", "folder"),
        ("a\x1b[31m\x00\r\nb\x9b.mp3", "a[31mb.mp3"),
        ("evil\u202e3pm.exe", "evil3pm.exe"),
        ("é".encode("utf-8", "surrogateescape").decode() + "\ud800.wav", "é.wav"),
        ("👨‍👩‍👧 שלום.wav", "👨‍👩‍👧 שלום.wav"),
        ("x" * 300, "x" * 255),
        *((nothing, None) for nothing in (None, "", " ", "/", ".", "..", "a/..", "\x00")),
    ],
)
def test_name_is_the_last_component_without_controls(raw: str | None, name: str | None) -> None:
    assert clean_name(raw) == name


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.org/a/ep%201.mp3?token=x#y", "ep 1.mp3"),
        ("https://example.org/a%2Fb.mp3", "b.mp3"),
        ("https://example.org/", None),
        ("https://example.org", None),
        ("s3://uploads/pod casts/ep%201.mp3", "ep%201.mp3"),
        ("http://[", None),
    ],
)
def test_name_of_url_is_its_last_segment(url: str, name: str | None) -> None:
    assert name_of_url(url) == name


@each_row(
    ("header", "name"),
    [
        ('attachment; filename="ep 1.mp3"', "ep 1.mp3"),
        ("attachment; filename*=UTF-8''%C3%BCber.mp3", "über.mp3"),
        ("form-data; name=x; filename=../a.mp3", "a.mp3"),
        ('inline; filename="über.mp3"'.encode().decode("latin-1"), "über.mp3"),
        *((nothing, None) for nothing in ("", "attachment", "\xff;;==\x00", 'attachment; filename="/"')),
    ],
)
def test_name_of_header_is_its_filename(header: str, name: str | None) -> None:
    assert name_of_header(header) == name


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("ep1.mp3", "ep1.srt"),
        ("v1.2 final", "v1.2 final.srt"),
        ("Board 12.03.2026", "Board 12.03.2026.srt"),
        ("no dot", "no dot.srt"),
        ("a.long-ending", "a.long-ending.srt"),
        ('"quoted"; x=\\.mp3', '"quoted"; x=\\.srt'),
        ("über 👋.mp3", "über 👋.srt"),
        (None, "the-id.srt"),
    ],
)
def test_download_is_named_after_the_job(name: str | None, file: str) -> None:
    """A mail parser reads the header, which has one value for every name."""
    header = content_disposition(name, "the-id", "srt")
    message = Message()
    message["content-disposition"] = header

    assert header.isascii()
    assert header.isprintable()
    assert len(message.get_params([], header="content-disposition")) <= 3
    plain = "".join(letter if " " <= letter <= "~" and letter not in '"\\%' else "_" for letter in file)
    assert f'filename="{plain}"' in header
    if plain != file:
        assert unquote(header.rpartition("filename*=UTF-8''")[2]) == file
