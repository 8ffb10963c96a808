"""Pauses inside an MP4's edit list are silence, in the decoder and in the plan."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import av
import pytest

from earshot_contract.documents.shards import PlanRequest
from tests.fixtures.audio_files.bursts import about, loud, write
from tests.fixtures.audio_files.decoded_audio import decode
from tests.fixtures.audio_files.edit_lists import with_edits
from transcriber.audio.decoding.mp4_pauses import Mp4Pauses
from transcriber.audio.file_structure.part_reader import Part, PartReader
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


def test_index_with_a_long_size_is_read(tmp_path: Path) -> None:
    """A box may give its size in eight bytes behind its name."""
    path = write(tmp_path / "a.m4a", "aac", [(0.0, 2.0)], RATE)
    file = with_edits(path.read_bytes(), [(1000, START), (2000, -1), (1000, START + RATE)])
    at = file.index(b"moov") - 4
    size = int.from_bytes(file[at : at + 4], "big")
    path.write_bytes(file[:at] + struct.pack(">I4sQ", 1, b"moov", size + 8) + file[at + 8 :])

    assert loud(path) == about((0.0, 1.0), (3.0, 4.0))


@pytest.mark.slow
def test_thousands_of_pauses_cost_little_more_than_reading(tmp_path: Path) -> None:
    """Each packet was compared with each pause: 45 CPU seconds for ten minutes with 5,000 of them."""
    path = write(tmp_path / "a.m4a", "aac", [(0.0, 60.0)], RATE)
    pause = [(6, -1), (6, START)]
    path.write_bytes(with_edits(path.read_bytes(), [(12, START), *(pause * 3000)]))
    seconds = []
    for is_filtered in (False, True):
        with path.open("rb") as file, av.open(str(path)) as container:
            packets = container.demux(container.streams.audio[0])
            began = time.process_time()
            pauses = Mp4Pauses(PartReader(file, Part(0, path.stat().st_size)), 0)
            assert pauses
            count = sum(1 for _ in (pauses.without(packets) if is_filtered else packets))
            seconds.append(time.process_time() - began)
            assert count > 5000

    assert seconds[1] < 20 * seconds[0]
