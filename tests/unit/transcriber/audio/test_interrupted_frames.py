"""Frames that are interrupted by damage: what follows is decoded, at its time where that is known, with a warning."""

from __future__ import annotations

import mmap
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.fixtures.audio_files.decoded_audio import SAMPLE_SECONDS, decode
from tests.fixtures.rows import each_row
from transcriber.audio.file_structure.amr_frames import follow_amr, is_whole_amr
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream

FRAMES = [
    ("a.mp3", "libmp3lame", 44_100),
    ("b.mp3", "libmp3lame", 16_000),
    ("a.aac", "aac", 44_100),
    ("a.ac3", "ac3", 48_000),
    ("a.eac3", "eac3", 48_000),
    ("a.amr", "libopencore_amrnb", 8_000),
]
JUNK = np.random.default_rng(1).bytes


def damaged(content: bytes, damage: str, size: int) -> bytes:
    """Damage `size` bytes from 40 % of a file on."""
    first = len(content) * 4 // 10
    written = {"zeros": bytes(size), "junk": JUNK(size), "cut": b""}[damage]
    return content[:first] + written + content[first + size :]


def warnings_of(path: Path) -> list[str]:
    audio = AudioStream(path)
    list(audio)
    return [warning.message for warning in audio.warnings]


@pytest.mark.parametrize("damage", ["zeros", "junk", "cut"])
@each_row(("name", "codec", "rate"), FRAMES)
def test_interrupted_frames_are_warned_about(
    speech: Path, record: Callable[..., Path], name: str, codec: str, rate: int, damage: str
) -> None:
    path = record(speech, name, codec, rate=rate)
    content = path.read_bytes()
    assert warnings_of(path) == []

    path.write_bytes(damaged(content, damage, max(600, len(content) // 10)))

    assert any("interrupted" in message and "3.2 s" in message for message in warnings_of(path)), warnings_of(path)


@pytest.mark.parametrize(
    "between", [b"TAG" + b"title".ljust(125, b"\0"), bytes(3000), b"ID3\3\0\0\0\0\2\0" + bytes(256)]
)
def test_tags_and_padding_between_frames_are_no_damage(
    speech: Path, record: Callable[..., Path], between: bytes
) -> None:
    path = record(speech, "a.mp3", "libmp3lame", rate=44_100)
    path.write_bytes(path.read_bytes() + between + path.read_bytes())

    assert not any("interrupted" in message for message in warnings_of(path))


@pytest.mark.parametrize("damage", ["zeros", "junk"])
@pytest.mark.parametrize("size", [600, 1500])
def test_amr_written_over_keeps_its_times(speech: Path, record: Callable[..., Path], damage: str, size: int) -> None:
    path = record(speech, "a.amr", "libopencore_amrnb", rate=8_000)
    whole = decode(path).samples
    path.write_bytes(damaged(path.read_bytes(), damage, size))

    found = decode(path)

    assert found.seconds == pytest.approx(SAMPLE_SECONDS, abs=0.15)
    assert not found.info.truncated
    tail = whole[-2 * SAMPLE_RATE : -SAMPLE_RATE]
    around = found.samples[len(whole) - SAMPLE_RATE * 9 // 4 : len(whole) - SAMPLE_RATE * 3 // 4]
    shift = int(np.argmax(np.correlate(around, tail))) - SAMPLE_RATE // 4
    assert abs(shift) < 0.03 * SAMPLE_RATE


@pytest.mark.parametrize("damage", ["zeros", "junk"])
def test_damaged_amr_in_3gp_is_silent_and_warned_about(speech: Path, record: Callable[..., Path], damage: str) -> None:
    path = record(speech, "a.3gp", "libopencore_amrnb", rate=8_000)
    path.write_bytes(damaged(path.read_bytes(), damage, 1500))

    found = decode(path)

    assert found.seconds == pytest.approx(SAMPLE_SECONDS, abs=0.15)
    assert any("cannot be decoded" in message for message in warnings_of(path))
    middle = found.samples[int(3.5 * SAMPLE_RATE) : int(3.8 * SAMPLE_RATE)]
    assert np.abs(middle).max() < 0.001  # of noise


def test_junk_behind_amr_is_no_sound(speech: Path, record: Callable[..., Path]) -> None:
    path = record(speech, "a.amr", "libopencore_amrnb", rate=8_000)
    path.write_bytes(path.read_bytes() + JUNK(3000))

    assert decode(path).seconds == pytest.approx(SAMPLE_SECONDS, abs=0.15)
    assert any("3000 more bytes" in message for message in warnings_of(path))


def amr(is_wide: bool, count: int) -> bytes:
    """Frames of the highest rate of AMR or AMR-WB, with random content."""
    head, size = (b"\x44", 61) if is_wide else (b"\x3c", 32)
    return (b"#!AMR-WB\n" if is_wide else b"#!AMR\n") + b"".join(head + JUNK(size - 1) for _ in range(count))


@pytest.mark.parametrize("is_wide", [False, True])
@pytest.mark.parametrize(("damage", "seconds"), [("zeros", 0.4), ("junk", 0.4), ("cut", None)])
def test_both_kinds_of_amr_are_followed_over_damage(is_wide: bool, damage: str, seconds: float | None) -> None:
    content = damaged(amr(is_wide, 500), damage, (61 if is_wide else 32) * 19 + 7)
    with mmap.mmap(-1, len(content)) as data:
        data[:] = content
        followed = follow_amr(data, 0, len(content))

    assert followed is not None
    assert followed.end == len(content)
    (loss,) = followed.damage.losses
    assert loss.start == pytest.approx(4.0, abs=0.05)
    assert loss.seconds == (pytest.approx(seconds, abs=0.05) if seconds else None)


def test_only_whole_frames_fill_a_packet_of_amr() -> None:
    frame = b"\x3c" + JUNK(31)

    assert is_whole_amr(frame * 3, is_wide=False)
    assert not is_whole_amr(frame[:-1], is_wide=False)
    assert not is_whole_amr(bytes(32), is_wide=False)
    assert is_whole_amr(b"\x44" + JUNK(60), is_wide=True)


@pytest.mark.parametrize("damage", ["zeros", "junk", "cut"])
def test_wavpack_goes_on_behind_damage(speech: Path, record: Callable[..., Path], damage: str) -> None:
    path = record(speech, "a.wv", "wavpack", rate=48_000)
    whole = decode(path).samples
    path.write_bytes(damaged(path.read_bytes(), damage, 12_000))

    found = decode(path)

    assert found.seconds == pytest.approx(SAMPLE_SECONDS, abs=0.1)
    assert not found.info.truncated
    assert np.allclose(found.samples[-SAMPLE_RATE:], whole[-SAMPLE_RATE:], atol=1e-3)
    assert any("sound is missing" in message for message in warnings_of(path))


@each_row(
    ("name", "codec", "rate", "format"),
    [("a.adx", "adpcm_adx", 16_000, "adx"), ("a.aud", "adpcm_ima_ws", 22_050, "wsaud")],
)
def test_whole_file_of_a_game_is_not_truncated(
    speech: Path, record: Callable[..., Path], name: str, codec: str, rate: int, format: str
) -> None:
    path = record(speech, name, codec, rate=rate, format=format)
    assert not decode(path).info.truncated

    path.write_bytes(path.read_bytes()[:-3000])

    assert decode(path).info.truncated
