"""Clocks that tick seldom, jump or begin late: no sound is lost, moved or called cut off for them."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from earshot_contract.documents.shards import PlanRequest
from tests.fixtures.audio_files.bursts import RATE, about, loud, write
from tests.fixtures.audio_files.decoded_audio import decode
from transcriber.planning.shard_plan import find_cuts

_PACKET = 1024 / RATE  # seconds
_FRAGMENTS = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "500000"}


@pytest.mark.parametrize("packets", [4, 8, 16])
def test_clock_that_ticks_once_for_many_packets_is_steady(tmp_path: Path, packets: int) -> None:
    """A recorder that gives all packets of a network's delivery the time at which they arrived."""
    count = 3 * packets
    steady = write(tmp_path / "steady.mka", "pcm_s16le", [(n * _PACKET, _PACKET) for n in range(count)])
    ticks = [(n // packets * packets * _PACKET, _PACKET) for n in range(count)]
    ticking = write(tmp_path / "ticking.mka", "pcm_s16le", ticks)

    assert np.array_equal(decode(ticking).samples, decode(steady).samples)


def test_pause_behind_a_clock_that_ticks_seldom_is_kept(tmp_path: Path) -> None:
    ticks = [(n // 8 * 8 * _PACKET, _PACKET) for n in range(16)]
    path = write(tmp_path / "a.mka", "pcm_s16le", [*ticks, (4.0, 1.0)])

    assert loud(path) == about((0.0, 16 * _PACKET), (4.0, 5.0))


@pytest.mark.parametrize("name", ["a.ts", "a.mka"])
def test_jump_of_the_clock_is_no_truncation(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, "mp2", [(0.0, 2.0), (7200.0, 2.0)], 44_100)

    assert decode(path).info.duration == pytest.approx(4.0, abs=0.1)
    assert not decode(path).info.truncated


@pytest.mark.parametrize("second", [50.0, 98.0])
def test_joined_streams_with_any_clocks_are_whole(tmp_path: Path, second: float) -> None:
    parts = [write(tmp_path / f"{start}.ts", "mp2", [(start, 2.0)], 44_100) for start in (100.0, second)]
    both = tmp_path / "both.ts"
    both.write_bytes(b"".join(part.read_bytes() for part in parts))

    assert decode(both).info.duration == pytest.approx(4.0, abs=0.1)
    assert not decode(both).info.truncated


def test_fragments_that_begin_late_are_no_truncation(tmp_path: Path) -> None:
    """A live stream that was saved from its fifth second on: so say the fragments, and no edit list."""
    path = write(tmp_path / "a.mp4", "aac", [(0.0, 3.0)], 48_000, **_FRAGMENTS)
    file = bytearray(path.read_bytes())
    at = file.find(b"tfdt")
    while at > 0:
        layout = ">Q" if file[at + 4] else ">I"
        (time,) = struct.unpack_from(layout, file, at + 8)
        struct.pack_into(layout, file, at + 8, time + 5 * 48_000)
        at = file.find(b"tfdt", at + 1)
    path.write_bytes(file)

    assert loud(path) == about((5.0, 8.0))
    assert not decode(path).info.truncated


@pytest.mark.parametrize("film_seconds", [0.0, 3.0])
def test_fragments_that_claim_one_time_follow_each_other(tmp_path: Path, film_seconds: float) -> None:
    """A recorder that writes each fragment as if it were the first."""
    path = write(tmp_path / "a.mp4", "aac", [(0.0, 3.0)], 48_000, film_seconds, **_FRAGMENTS)
    file = bytearray(path.read_bytes())
    at = file.find(b"tfdt")
    while at > 0:
        struct.pack_into(">Q" if file[at + 4] else ">I", file, at + 8, 0)
        at = file.find(b"tfdt", at + 1)
    path.write_bytes(file)

    assert loud(path) == about((0.0, 3.0))
    assert find_cuts(path, PlanRequest(60.0, 1, 1)).seconds == pytest.approx(3.0, abs=0.1)
