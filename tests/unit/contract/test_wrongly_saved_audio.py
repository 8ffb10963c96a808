"""Audio that a program saved in another form than it came: with chunk sizes in it, or as text."""

from __future__ import annotations

import pytest

from earshot_contract.signatures.file_signatures import HEAD_BYTES, has_changed_line_ends, non_audio_kind
from tests.fixtures.audio_files.encodings import encoded
from tests.fixtures.rows import each_row

FILES = [("wav", "pcm_s16le", 16_000), ("mp3", "libmp3lame", 44_100), ("ogg", "libopus", 48_000)]
FILES += [("ipod", "aac", 44_100), ("flac", "flac", 44_100), ("webm", "libopus", 48_000), ("adts", "aac", 44_100)]


def chunked(content: bytes, size: int, extension: bytes) -> bytes:
    parts = (content[at : at + size] for at in range(0, len(content), size))
    return b"".join(b"%x%b\r\n%b\r\n" % (len(part), extension, part) for part in parts) + b"0\r\n\r\n"


@each_row(("container", "codec", "rate"), FILES)
@pytest.mark.parametrize("headerless", [False, True])
@pytest.mark.parametrize("extension", [b"", b";chunk-signature=" + b"a1" * 32])
@pytest.mark.parametrize("size", [1000, 4096, 65_536])
def test_chunk_sizes_in_a_file_are_named(
    container: str, codec: str, rate: int, size: int, extension: bytes, headerless: bool
) -> None:
    content = encoded(container, codec, rate)

    assert "sizes of its chunks" in (non_audio_kind(chunked(content, size, extension), headerless) or "")
    assert non_audio_kind(content, headerless) is None


@each_row(("container", "codec", "rate"), FILES)
@pytest.mark.parametrize("headerless", [False, True])
def test_changed_line_ends_are_named(container: str, codec: str, rate: int, headerless: bool) -> None:
    content = encoded(container, codec, rate)

    changed = content.replace(b"\n", b"\r\n")

    assert has_changed_line_ends(changed)
    if changed[:HEAD_BYTES].count(b"\n") > 20:
        assert "changed line ends" in (non_audio_kind(changed, headerless) or "")
    assert not has_changed_line_ends(content)


def test_text_and_tags_with_line_ends_of_windows_are_not_changed() -> None:
    lyrics = b"ID3\3\0\0\0\0\x20\0USLT" + b"la la la\r\n" * 100 + bytes(200)
    assert not has_changed_line_ends(lyrics)
    assert not has_changed_line_ends(b"\r\n" * 2000)
    assert non_audio_kind(b"hello\r\n" * 200) == "plain text"


@each_row(
    ("line", "page"),
    [
        ("Привет, как дела", "utf-8"),
        ("Привет, как дела", "cp1251"),
        ("你好世界，今天怎么样", "utf-8"),
        ("Müller;Größe 5 €", "cp1252"),
    ],
)
def test_text_of_any_letters_is_no_changed_audio(line: str, page: str) -> None:
    """Russian captions were called audio, and MP3 with Russian lyrics were refused."""
    text = f"{line}\r\n".encode(page) * 100
    tag = b"ID3\3\0\0\0\0\x20\0USLT\0\0\x10\0\0\0\3rus\0" + text + b"TXXX\0\0\x10\0\0\0\3" + text + bytes(200)

    assert not has_changed_line_ends(text)
    assert not has_changed_line_ends(tag)
    assert non_audio_kind(tag[:HEAD_BYTES]) is None
    if page == "utf-8":
        assert non_audio_kind(text) == "plain text"


@each_row(("container", "codec", "rate"), [file for file in FILES if file[0] in ("wav", "ogg", "flac")])
@pytest.mark.parametrize("page", ["cp437", "latin-1"])
@pytest.mark.parametrize("order", ["utf-16", "utf-16-be"])
def test_audio_in_utf_16_is_named(container: str, codec: str, rate: int, page: str, order: str) -> None:
    text = encoded(container, codec, rate).decode(page)
    mark = "" if order == "utf-16" else "\ufeff"

    assert "UTF-16" in (non_audio_kind((mark + text).encode(order)) or "")


def test_text_that_begins_like_a_chunk_is_no_chunk() -> None:
    assert non_audio_kind(b"1000\r\n2000\r\n3000\r\n" * 20) == non_audio_kind(b"1000\n2000\n3000\n" * 20)
    assert non_audio_kind("\ufeffhello there".encode("utf-16-le")) == "plain text"


@each_row(
    ("head", "says"),
    [
        (b"#!EVS_MC1.0\n\0\0\0\1", "EVS"),
        (b"#!AMR-WB+\n\0\0", "AMR-WB+"),
        (b"#!AMR_MC1.0\n\0\0\0\2", "several channels"),
        (b"#!AMR-WB_MC1.0\n\0\0\0\2", "several channels"),
        (b"\xc0\xde\xc2\0\1\3\0", "Codec 2"),
        (b"\x1c\xcc\x12\0\xe0\1", "LC3"),
        (b"NIST_1A\n   1024\nsample_coding -s26 pcm,embedded-shorten-v2.00\nend_head\n", "Shorten"),
    ],
)
def test_codec_without_a_decoder_is_named(head: bytes, says: str) -> None:
    kind = non_audio_kind(head + bytes(range(1, 256)) * 8)

    assert says in (kind or "")
    assert "no decoder" in (kind or "")


@each_row("head", [b"#!AMR\n\x3c", b"#!AMR-WB\n\x44", b"NIST_1A\n   1024\nsample_coding -s3 pcm\nend_head\n"])
def test_neighbour_with_a_decoder_is_audio(head: bytes) -> None:
    assert non_audio_kind(head + bytes(range(1, 256)) * 8) is None
