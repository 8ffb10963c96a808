"""Files whose sound is encrypted are refused before a worker decodes noise."""

from __future__ import annotations

import io

import pytest

from functions.audio import asf
from functions.audio.probe import probe
from functions.errors import ApiError
from tests.fixtures.audio_files.encodings import encoded

ADVANCED = bytes.fromhex("338505438169e6499b74ad12cb86d58c")


def in_webm(content: bytes) -> bytes:
    """A WebM whose track has ContentEncodings in place of padding."""
    entry = b"\xd7\x81\x01\x83\x81\x02\xe1\x87\x9f\x81\x01\xb5\x84\x46\x3b\x80\0" + content
    entry = b"\xae" + bytes([0x80 | len(entry)]) + entry
    tracks = b"\x16\x54\xae\x6b" + bytes([0x80 | len(entry)]) + entry
    return (
        b"\x1a\x45\xdf\xa3\x84\x42\x82\x81w" + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + tracks + b"\x1f\x43\xb6\x75\xff"
    )


def scrambled(stream: bytes) -> bytes:
    packets = (bytearray(stream[at : at + 188]) for at in range(0, len(stream), 188))
    return b"".join(p[:3] + bytes([p[3] | (0x80 if (p[1] & 0x1F) == 1 else 0)]) + p[4:] for p in packets)


ENCRYPTED = {
    "mp4": lambda: encoded("mp4", "aac").replace(b"mp4a", b"enca", 1),
    "fairplay": lambda: encoded("ipod", "aac").replace(b"mp4a", b"drms", 1),
    "webm": lambda: in_webm(b"\x6d\x80\x88\x62\x40\x85\x50\x35\x82\x47\xe1"),
    "wma": lambda: encoded("asf", "wmav2", 44_100)[:30] + ADVANCED + encoded("asf", "wmav2", 44_100)[30:],
    "transport stream": lambda: scrambled(encoded("mpegts", "mp2", 48_000)),
}
CLEAR = {
    "mp4": lambda: encoded("mp4", "aac"),
    "webm": lambda: in_webm(b""),
    "wma": lambda: encoded("asf", "wmav2", 44_100),
    "transport stream": lambda: encoded("mpegts", "mp2", 48_000),
}


@pytest.mark.parametrize("kind", ENCRYPTED)
def test_encrypted_sound_is_refused_with_the_reason(kind: str) -> None:
    content = ENCRYPTED[kind]()

    with pytest.raises(ApiError, match=r"encrypted \(copy protection, DRM\)"):
        probe(io.BytesIO(content), len(content))


@pytest.mark.parametrize("kind", CLEAR)
def test_clear_sound_is_not_called_encrypted(kind: str) -> None:
    content = CLEAR[kind]()

    probe(io.BytesIO(content), len(content))


def test_asf_is_left_at_its_beginning() -> None:
    file = io.BytesIO(encoded("asf", "wmav2", 44_100))

    assert not asf.is_protected(file, file.getvalue()[:64])
    assert file.tell() == 0
