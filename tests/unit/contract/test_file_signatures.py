"""File signatures: kinds of files that are not audio, and audio that looks like text."""

from __future__ import annotations

import base64
import io
import random
from pathlib import Path

import pytest

from earshot_contract.signatures.container_signatures import container_name
from earshot_contract.signatures.file_signatures import HEAD_BYTES, describe_file, mp4_without_index, non_audio_kind
from tests.fixtures.rows import each_row


@each_row(
    ("head", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"\n %PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a PNG image"),
        (b"\xff\xd8\xff\xe0", "a JPEG image"),
        (b"PK\x03\x04\x14\0", "a ZIP archive (unpack it, and send the audio in it)"),
        (b"PK\x03\x04".ljust(30, b"\0") + b"word/document.xml", "an office document"),
        (b"PK\x03\x04".ljust(30, b"\0") + b"mimetypeapplication/epub+zip", "an e-book"),
        (b"\x1f\x8b\x08", "a gzip archive (unpack it, and send the audio in it)"),
        (b"#EXTM3U\nhttps://example.org/a.mp3\n", "a playlist (send the audio itself)"),
        (b"<!doctype html><html>", "a web page (HTML)"),
        (b"\n<HTML>", "a web page (HTML)"),
        (b"\xef\xbb\xbf<html>", "a web page (HTML)"),
        (b"<?xml version='1.0'?><!DOCTYPE html><html>", "a web page (HTML)"),
        (b"<html><title>Gr\xfc\xdfe</title>", "a web page (HTML)"),  # Latin-1
        (b"<?xml version='1.0'?>", "an XML document"),
        (b'{"url": "https://example.com/a.wav"}', "a JSON or text document"),
        (b"Notes of a meeting.\n", "plain text"),
        (("ü" * HEAD_BYTES).encode()[1 : HEAD_BYTES + 1], None),  # begins inside a character
        (("x" + "ü" * HEAD_BYTES).encode()[:HEAD_BYTES], "plain text"),  # ends inside a character
        (b"RIFF\0\0\0\0WAVE", None),
        (b"BM\x42\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "a BMP image"),
        (b"BM and other letters", "plain text"),
        (b"\0\0\1\0\1\0\x10\x10", "an icon"),
        (b"\0\0\1\0ftypM4A ", None),
        (b"<svg xmlns='x'>", "an SVG image"),
        (b"{\\rtf1\\ansi", "an RTF document"),
        (b"<?xml version='1.0'?><playlist version='1'>", "a playlist (send the audio itself)"),
        (b"a.mp3".ljust(257, b"\0") + b"ustar\x0000", "a TAR archive (unpack it, and send the audio in it)"),
        ("Größe\n".encode("utf-16"), "plain text"),
        (b"\xff\xfe\0\xd8\0\0" * 9, None),
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
    described = describe_file(path)
    assert described.startswith("of a format no decoder here knows, or damaged at its beginning")
    assert "encoding=linear16&sample_rate=16000" in described
    path.write_bytes(WAV[:30])
    assert describe_file(path) == "a WAV file that is damaged or cut off near its beginning"
    path.write_bytes(b"GIF89a")
    assert describe_file(path) == "a GIF image"


@each_row(
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
        (b"TTA1\1\0\1\0", "a TTA file"),
        (b"\0\0\1\xba\x44\0", "an MPEG program stream"),
        (b"NIST_1A\n   1024\n", "a NIST SPHERE file"),
        ((b"\x56\xe0\x04" + bytes(4)) * 5, "an AAC file"),
        (b"\xff\xfb" * 2000, None),
        (b"\0\0" * 2000, None),
        (b"", None),
    ],
)
def test_container_name_needs_more_than_chance(head: bytes, name: str | None) -> None:
    assert container_name(head) == name


NOISE = random.Random(7).randbytes(6000)
WAV = b"RIFF\x24\x17\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0data\0\x17\0\0" + NOISE


@each_row(
    ("head", "named"),
    [
        (base64.b64encode(WAV), "base64"),
        (base64.encodebytes(WAV), "base64"),
        (b"hello world " * 300, "plain text"),
        (b"all your base are belong to us and what you say\n" * 9, "plain text"),
        (b'"' + base64.b64encode(WAV)[:80] + b'"', "base64"),
        (base64.urlsafe_b64encode(WAV), "base64"),
        (WAV.hex().encode(), "hexadecimal"),
        (repr(WAV).encode(), "not str(bytes)"),
        (b"data:audio/mp3;base64," + base64.b64encode(WAV), "data: URI"),
        (b'--x1\r\nContent-Disposition: form-data; name="file"\r\n\r\n' + WAV, "multipart form"),
        (b"https://example.org/a.mp3\n", '{"url"'),
        (b"url=https%3A%2F%2Fexample.org", '{"url"'),
        (b"recording.wav", "--data-binary @"),
        (b"@my talk.mp3\n", "--data-binary @"),
        (b"[playlist]\nFile1=x", "a playlist"),
        (b"<rss version='2.0'>", "feed of a podcast"),
        (WAV.decode(errors="replace").encode(), "read as UTF-8 text"),
        (WAV.decode("latin-1").encode(), "read as UTF-8 text"),
        (b"ID3\x04" + NOISE.decode(errors="replace").encode(), "read as UTF-8 text"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"\0\0\0\x18ftypaax \0\0\0\0", "copy protection"),
        (b"\0\5\x16\7\0\2\0\0Mac OS X", "without ._ in its name"),
        (b"RIFF\x24\0\0\0CDDAfmt ", "rip the CD"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "WebP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "office document"),
        (b"BZh91AY&SY", "bzip2"),
        (b"II*\0\x08\0", "TIFF"),
        (b"WEBVTT\n\n00:00.000 --> 00:02.000\nHi\n", "captions"),
        (b"1\r\n00:00:00,000 --> 00:00:02,000\r\nHi\r\n", "captions"),
        (b"\x93NUMPY\x01\0v\0{'descr': '<f4'}", "WAV"),
        (b"<Error><Code>AccessDenied</Code></Error>", "in place of the file"),
        (b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', "in place of the file"),
        (b"RIFF\x24\0\0\0RMIDdata", "MIDI"),
        (b"RIFF\x24\0\0\0sfbkLIST", "SoundFont"),
        (b"Extended Module: Tune", "tracker module"),
        (b"Tune".ljust(1080, b"\0") + b"M.K." + NOISE, "tracker module"),
        (b"Tune".ljust(28, b"\0") + b"\x1a\x10" + bytes(14) + b"SCRM", "tracker module"),
        (b"d8:announce35:udp://tracker.example.org:1337/ann", "torrent"),
        (b"SQLite format 3\0" + bytes(52) + b"AUDY", "Audacity project"),
        (
            b'<?xml version="1.0"?>\n<!DOCTYPE project PUBLIC "-//audacityproject-1.3.0//">',
            "project of an audio program",
        ),
        (b"<REAPER_PROJECT 0.1", "project of an audio program"),
        (b"\x03ds2" + NOISE, "DS2 dictation"),
        (b"MS_VOICE" + NOISE, "Sony"),
        (b"\x04\x22\x4d\x18" + NOISE, "unpack it"),
        (b"\n\r\r\n\x1c\0\0\0\x4d\x3c\x2b\x1a", "network packets"),
        (b"\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff\xe7\x81\0\xa3\x80", "join the chunks"),
        (b"\xa3\x40\x95\x81\x00\x3c\x80" + NOISE, "join the chunks"),
        (b"L\0\0\0\x01\x14\x02\0" + NOISE, "the file that it points to"),
        (b"\x89HDF\r\n\x1a\n" + NOISE, "WAV"),
        (b'PERFORMER "A"\nFILE "a.wav" WAVE\n  TRACK 01 AUDIO\n', "cue sheet"),
        (b"one.mp3\r\nMusic/two.mp3\r\n", "playlist"),
        (b"[Script Info]\nTitle: a\n", "captions"),
        (b"{1}{50}Hello|there\n{60}{90}x\n", "captions"),
        (b'<?xml version="1.0"?>\n<tt xmlns="http://www.w3.org/ns/ttml"/>', "captions"),
        (b'File type = "ooTextFile"\nObject class = "TextGrid"\n', "annotations"),
        (b'<?xml version="1.0"?>\n<rss version="2.0"/>', "feed of a podcast"),
        (b"[InternetShortcut]\r\nURL=https://example.org/\r\n", "link to a web page"),
        (b"MIME-Version: 1.0\r\nContent-Type: audio/mpeg\r\n", "e-mail"),
        (b"begin 644 a.mp3\nM123\n", "uuencoded"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1", "git lfs pull"),
    ],
)
def test_usual_mistake_is_named(head: bytes, named: str) -> None:
    assert named in str(non_audio_kind(head))
    assert named in str(non_audio_kind(head[:HEAD_BYTES]))


@pytest.mark.parametrize(
    "head", [WAV, NOISE, b"\xff\xfb\x90\x00" + NOISE, b"RIFF\0\0\0\0WAVE" + bytes(5000), bytes(5000)]
)
def test_audio_is_no_mistake(head: bytes) -> None:
    assert non_audio_kind(head) is None


def box(kind: bytes, content: bytes = b"", length: int | None = None) -> bytes:
    return (len(content) + 8 if length is None else length).to_bytes(4, "big") + kind + content


FTYP = box(b"ftyp", b"M4A \0\0\0\0")


@pytest.mark.parametrize(
    ("file", "unfinished"),
    [
        (FTYP + box(b"mdat", NOISE), True),
        (FTYP + box(b"free") + box(b"mdat", NOISE), True),
        (FTYP + box(b"mdat", NOISE[:100], 5000), True),  # cut off
        (FTYP + box(b"mdat", NOISE, 0), True),  # to the end of the file
        (FTYP + box(b"mdat", (10**6).to_bytes(8, "big") + NOISE, 1), True),  # a length of 64 bits
        (FTYP, True),
        (box(b"mdat", NOISE), True),
        (FTYP + box(b"mdat", NOISE) + box(b"moov", b"x"), False),
        (FTYP + box(b"moov", b"x" * 100, 5000), False),  # cut off inside the index: the decoder decides
        (FTYP + box(b"moov", b"x") + box(b"mdat", NOISE), False),
        (FTYP + box(b"junk", b"", 3), False),
        (WAV, False),
        (NOISE, False),
        (b"", False),
    ],
)
def test_mp4_without_index_is_unfinished(file: bytes, unfinished: bool, tmp_path: Path) -> None:
    assert (mp4_without_index(io.BytesIO(file), len(file)) is not None) is unfinished
    path = tmp_path / "a"
    path.write_bytes(file)
    assert ("moov" in describe_file(path)) is unfinished


@pytest.mark.parametrize("before", [b"", box(b"styp", b"msdh"), box(b"styp", b"msdh") + box(b"sidx", bytes(36))])
def test_segment_of_a_stream_needs_its_init_segment(before: bytes) -> None:
    segment = before + box(b"moof", bytes(20)) + box(b"mdat", NOISE)

    assert "init segment" in str(mp4_without_index(io.BytesIO(segment), len(segment)))
    whole = FTYP + box(b"moov", b"x") + segment
    assert mp4_without_index(io.BytesIO(whole), len(whole)) is None


def test_file_of_zeros_was_not_copied_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(bytes(5000))

    assert "nothing but zeros" in describe_file(tmp_path / "a.wav")
    assert non_audio_kind(bytes(5000)) is None  # an MP3 may begin so


@pytest.mark.parametrize("head", [b"\x02#!SILK_V3\x10\0", b"#!SILK_V3\x10\0"])
def test_silk_voice_message_names_what_to_send(head: bytes) -> None:
    assert "convert it to WAV or MP3" in str(non_audio_kind(head))


@pytest.mark.parametrize(
    ("first", "last"),
    [(0x55, 0x55), (0x54, 0x57), (0x40, 0x5F), (0x7E, 0x7E), (0x7D, 0x7E), (0x60, 0x7E)],  # A-law, then mu-law
)
def test_quiet_samples_of_one_sign_are_no_text(first: int, last: int) -> None:
    samples = bytes(range(first, last + 1)) * HEAD_BYTES

    assert non_audio_kind(samples[:HEAD_BYTES], headerless=True) is None
    assert non_audio_kind(samples[:HEAD_BYTES]) is not None


@pytest.mark.parametrize(
    "text", [b"Notes of a meeting.\n" * 9, b"ab" * 99 + b"\n", base64.b64encode(NOISE), NOISE.hex().encode()]
)
def test_text_for_headerless_audio_is_named(text: bytes) -> None:
    assert non_audio_kind(text, headerless=True) is not None
