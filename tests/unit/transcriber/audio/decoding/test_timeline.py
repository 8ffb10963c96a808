"""The clock of a file: late starts, holes, overlaps, and recordings that lie one after another in it."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from tests.fixtures.audio_files.bursts import RATE, about, loud, write
from tests.fixtures.audio_files.decoded_audio import SAMPLE_SECONDS, decode
from transcriber.audio.stream import AudioStream


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [("a.mp4", "aac", 44_100), ("a.mkv", "aac", 44_100), ("a.ts", "aac", 44_100), ("opus.mkv", "libopus", 48_000)],
)
def test_late_sound_of_film_starts_late(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    path = write(tmp_path / name, codec, [(3.0, 1.0)], rate, film_seconds=4.5)

    assert loud(path) == about((3.0, 4.0))
    info = decode(path).info
    assert info.duration == pytest.approx(4.0, abs=0.1)
    assert not info.truncated


@pytest.mark.parametrize(("name", "codec"), [("a.mka", "aac"), ("a.webm", "libopus")])
def test_matroska_cut_from_a_broadcast_is_whole(
    speech: Path, record: Callable[..., Path], name: str, codec: str
) -> None:
    """Its duration is the end on the broadcast's clock, which has run for eleven hours."""
    path = record(speech, name, codec, rate=48_000, output_ts_offset="40000")

    info = decode(path).info

    assert info.duration == pytest.approx(SAMPLE_SECONDS, abs=0.1)
    assert not info.truncated


@pytest.mark.parametrize("name", ["a.m4a", "a.mka"])
def test_edit_list_without_picture_starts_late(tmp_path: Path, name: str) -> None:
    assert loud(write(tmp_path / name, "aac", [(2.0, 1.0)], 44_100)) == about((2.0, 3.0))


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [("a.m4a", "aac", 44_100), ("a.webm", "libopus", 48_000), ("a.ts", "aac", 44_100), ("a.mka", "pcm_s16le", RATE)],
)
def test_hole_is_silent_and_keeps_later_times(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    path = write(tmp_path / name, codec, [(0.0, 1.0), (3.0, 1.0), (6.0, 1.0)], rate)

    assert loud(path) == about((0.0, 1.0), (3.0, 4.0), (6.0, 7.0))
    assert decode(path).info.duration == pytest.approx(7.0, abs=0.1)
    assert not decode(path).info.truncated


def test_overlap_is_dropped(tmp_path: Path) -> None:
    path = write(tmp_path / "a.nut", "pcm_s16le", [(0.0, 2.0), (1.5, 2.0)])

    assert decode(path).info.duration == pytest.approx(3.5, abs=0.1)


def test_hole_behind_seek_keeps_later_times(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mka", "pcm_s16le", [(0.0, 1.0), (38.0, 1.0), (41.0, 1.0)])

    assert loud(path, start=35.0) == about((3.0, 4.0), (6.0, 7.0))


def test_time_stamps_of_jitter_change_no_sample(tmp_path: Path) -> None:
    tones = [(n * 0.128 + (0.03 if n % 2 else 0.0), 0.128) for n in range(20)]
    steady = write(tmp_path / "steady.mka", "pcm_s16le", [(n * 0.128, 0.128) for n in range(20)])

    jittered = decode(write(tmp_path / "jitter.mka", "pcm_s16le", tones)).samples

    assert np.array_equal(jittered, decode(steady).samples)


def test_clock_that_starts_again_continues(tmp_path: Path) -> None:
    one = write(tmp_path / "one.ts", "aac", [(0.0, 2.0)], 44_100).read_bytes()
    both = tmp_path / "both.ts"
    both.write_bytes(one + one)

    assert decode(both).info.duration == pytest.approx(4.0, abs=0.15)


def test_broadcast_begins_at_its_first_stamp(tmp_path: Path) -> None:
    """A recorder is switched on in the middle of a transport stream, whose clock runs already."""
    path = write(tmp_path / "a.ts", "aac", [(100.0, 2.0)], 44_100)

    assert decode(path).info.duration == pytest.approx(2.0, abs=0.1)


def test_claimed_time_of_years_is_no_silence(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mka", "pcm_s16le", [(0.0, 1.0), (1e7, 1.0)])

    assert decode(path).info.duration == pytest.approx(2.0, abs=0.1)


PARTS = {
    "ogg-rates": [("a.ogg", "flac", RATE), ("b.ogg", "flac", 44_100)],
    "ogg-codecs": [("a.ogg", "libopus", 48_000), ("b.ogg", "flac", RATE), ("c.ogg", "libopus", 48_000)],
    "flac-rates": [("a.flac", "flac", RATE), ("b.flac", "flac", 44_100)],
    "mp3-rates": [("a.mp3", "libmp3lame", RATE), ("b.mp3", "libmp3lame", 44_100)],
    "wav-rates": [("a.wav", "pcm_s16le", RATE), ("b.wav", "pcm_s24le", 8_000)],
    "webm": [("a.webm", "libopus", 48_000), ("b.webm", "libopus", 48_000)],
    "matroska": [("a.mka", "pcm_s16le", RATE), ("b.mka", "aac", 44_100)],
    "mp4": [("a.m4a", "aac", 44_100), ("b.m4a", "aac", 22_050)],
    "aac-rates": [("a.aac", "aac", 44_100), ("b.aac", "aac", 22_050)],
    "ts-rates": [("a.ts", "aac", 44_100), ("b.ts", "aac", 22_050)],
    "ts-codecs": [("a.ts", "mp2", 48_000), ("b.ts", "aac", 44_100), ("c.ts", "ac3", 48_000)],
    "flv": [("a.flv", "aac", 44_100), ("b.flv", "libmp3lame", 22_050)],
    "avi": [("a.avi", "pcm_s16le", RATE), ("b.avi", "libmp3lame", 44_100)],
    "wma": [("a.wma", "wmav2", 44_100), ("b.wma", "wmav2", 22_050)],
    "aiff": [("a.aiff", "pcm_s16be", RATE), ("b.aiff", "pcm_s24be", 44_100)],
    "caf": [("a.caf", "pcm_s16be", RATE), ("b.caf", "pcm_s16be", 44_100)],
    "au": [("a.au", "pcm_s16be", RATE), ("b.au", "pcm_mulaw", 8_000)],
    "w64": [("a.w64", "pcm_s16le", RATE), ("b.w64", "pcm_s16le", 44_100)],
    "tta": [("a.tta", "tta", RATE), ("b.tta", "tta", 44_100)],
    "wavpack": [("a.wv", "wavpack", RATE), ("b.wv", "wavpack", 44_100)],
    "nut": [("a.nut", "flac", RATE), ("b.nut", "libopus", 48_000)],
    "voc": [("a.voc", "pcm_s16le", RATE), ("b.voc", "pcm_u8", 8_000)],
    "wtv": [("a.wtv", "mp2", 48_000), ("b.wtv", "mp2", 48_000)],
}


@pytest.mark.slow
@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS)
def test_all_parts_of_joined_file_are_decoded(tmp_path: Path, parts: list[tuple[str, str, int]]) -> None:
    joined = tmp_path / "joined"
    joined.write_bytes(
        b"".join(write(tmp_path / n, codec, [(0.0, 1.5)], rate).read_bytes() for n, codec, rate in parts)
    )

    audio = AudioStream(joined)
    samples = np.concatenate(list(audio))

    assert audio.info.duration == pytest.approx(1.5 * len(parts), abs=0.12 * len(parts))
    assert np.mean(np.abs(samples) > 0.01) > 0.9
    assert not audio.info.truncated
    assert audio.warnings == []


def test_unreadable_part_is_warned_about(tmp_path: Path) -> None:
    good = write(tmp_path / "a.wav", "pcm_s16le", [(0.0, 1.0)]).read_bytes()
    bad = bytearray(good)
    struct.pack_into("<H", bad, bad.index(b"fmt ") + 8, 0x7777)  # no such codec
    joined = tmp_path / "joined"
    joined.write_bytes(good + bytes(bad) + good)

    audio = AudioStream(joined)
    seconds = sum(len(block) for block in audio) / RATE

    assert seconds == pytest.approx(2.0, abs=0.05)
    assert [(w.type, "from 1.0 s" in w.message) for w in audio.warnings] == [("unreadable_part", True)]


def test_damage_of_seconds_is_warned_about(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mka", "flac", [(0.0, 8.0)])
    content = bytearray(path.read_bytes())
    with av.open(str(path)) as file:
        bodies = [
            (float(packet.pts * packet.time_base), bytes(packet)) for packet in file.demux(audio=0) if packet.size
        ]
    for time, body in bodies:
        if 3.0 <= time < 6.0:
            at = content.find(body)
            content[at : at + len(body)] = b"\x55" * len(body)
    path.write_bytes(content)

    audio = AudioStream(path)
    seconds = sum(len(block) for block in audio) / RATE

    assert seconds == pytest.approx(8.0, abs=0.1)
    assert [(w.type, "From 3." in w.message or "From 2.9" in w.message) for w in audio.warnings] == [
        ("undecodable", True)
    ]
