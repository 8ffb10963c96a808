"""Pauses inside an MP4's edit list are silence, in the decoder and in the plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from earshot_contract.documents.shards import PlanRequest
from tests.fixtures.audio_files.bursts import about, loud, write
from tests.fixtures.audio_files.decoded_audio import decode
from tests.fixtures.audio_files.edit_lists import with_edits
from transcriber.planning.shard_plan import find_cuts

RATE = 44_100
START = 1024  # samples that the encoder puts before the sound


@pytest.mark.parametrize(
    ("edits", "tones"),
    [
        ([(1000, START), (2000, -1), (1000, START + RATE)], [(0.0, 1.0), (3.0, 4.0)]),
        ([(500, -1), (1000, START), (1000, -1), (500, START)], [(0.5, 1.5), (2.5, 3.0)]),
        ([(1000, START), (700, -1), (300, -1), (1000, START + RATE)], [(0.0, 1.0), (2.0, 3.0)]),
    ],
)
def test_pause_between_edits_is_silent(
    tmp_path: Path, edits: list[tuple[int, int]], tones: list[tuple[float, float]]
) -> None:
    path = write(tmp_path / "a.m4a", "aac", [(0.0, 2.0)], RATE)
    path.write_bytes(with_edits(path.read_bytes(), edits))

    assert loud(path) == about(*tones)
    assert decode(path).info.duration == pytest.approx(tones[-1][1], abs=0.1)
    assert find_cuts(path, PlanRequest(60.0, 1, 1)).seconds == pytest.approx(tones[-1][1], abs=0.1)
