"""File signatures: kinds of files that are not audio, and audio that looks like text."""

from __future__ import annotations

from pathlib import Path

import pytest

from earshot_contract.file_signatures import HEAD_BYTES, container_name, describe_file, non_audio_kind


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"\n %PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a PNG image"),
        (b"\xff\xd8\xff\xe0", "a JPEG image"),
        (b"PK\x03\x04\x14\0", "a ZIP archive or an office document"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"#EXTM3U\nhttps://example.org/a.mp3\n", "a playlist (send the audio itself)"),
        (b"<!doctype html><html>", "a web page"),
        (b"\n<HTML>", "a web page"),
        (b"<?xml version='1.0'?>", "an XML document"),
        (b'{"url": "https://example.com/a.wav"}', "a JSON or text document"),
        (b"Notes of a meeting.\n", "plain text"),
        (("ü" * HEAD_BYTES).encode()[1 : HEAD_BYTES + 1], None),  # begins inside a character
        (("x" + "ü" * HEAD_BYTES).encode()[:HEAD_BYTES], "plain text"),  # ends inside a character
        (b"RIFF\0\0\0\0WAVE", None),
        (b"\xff\xfb", None),
        (b"{\0\1", None),
        (b"NIST_1A\n   1024\n", None),
        (b"#!AMR\n", None),
        (b"", None),
    ],
)
def test_non_audio_kind_is_named_from_the_head(head: bytes, kind: str | None) -> None:
    assert non_audio_kind(head) == kind


def test_file_of_unknown_format_is_described(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\0\1\2\3" * 99)
    assert describe_file(path) == "of a format no decoder here knows, or damaged at its beginning"
    path.write_bytes(b"GIF89a")
    assert describe_file(path) == "a GIF image"


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"RIFF\xff\xff\xff\xffWAVEfmt ", "a WAV file"),
        (b"fLaC\0\0\0\x22", "a FLAC file"),
        (b"OggS\0\2", "an Ogg file"),
        (b"ID3\4\0\0\0\0\2\1", "an MP3 file"),
        (b"\0\0\0\x20ftypM4A ", "an MP4 file"),
        ((b"\xff\xfb\x90\0" + bytes(413)) * 4, "an MP3 file"),
        ((b"\xff\xfb\x90\0" + bytes(413)) + bytes(2000), None),  # one frame's header is chance
        ((b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(9)) * 5, "an AAC file"),
        (b"\xff\xfb" * 2000, None),
        (b"\0\0" * 2000, None),
        (b"", None),
    ],
)
def test_container_name_needs_more_than_chance(head: bytes, name: str | None) -> None:
    assert container_name(head) == name
