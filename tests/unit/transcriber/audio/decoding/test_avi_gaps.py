"""Empty chunks of an AVI stand for sound that is missing: a late start, or a hole."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.fixtures.audio_files.decoded_audio import decode
from tests.fixtures.audio_files.encodings import encoded
from tests.unit.transcriber.audio.decoding.test_timeline import about, loud, write


@pytest.mark.slow
@pytest.mark.parametrize("codec", ["libmp3lame", "aac", "ac3", "eac3"])
def test_empty_chunks_of_avi_are_silence(tmp_path: Path, codec: str) -> None:
    rate = 48_000 if codec == "eac3" else 44_100
    holes = write(tmp_path / "a.avi", codec, [(0.0, 1.0), (3.0, 1.0), (6.0, 1.0)], rate)
    late = write(tmp_path / "b.avi", codec, [(0.0, 0.02), (3.0, 1.0)], rate, film_seconds=5)

    assert loud(holes) == about((0.0, 1.0), (3.0, 4.0), (6.0, 7.0))
    assert loud(holes, start=2.5, end=6.5) == about((0.5, 1.5), (3.5, 4.0))
    assert loud(late)[-1:] == about((3.0, 4.0))
    assert not any(decode(path).info.truncated for path in (holes, late))


def test_seek_in_avi_with_empty_chunks_is_exact(tmp_path: Path) -> None:
    path = write(tmp_path / "a.avi", "libmp3lame", [(0.0, 1.0), (38.0, 1.0), (41.0, 1.0)], 44_100)

    assert loud(path, start=35.0) == about((3.0, 4.0), (6.0, 7.0))


def test_chunks_longer_than_a_block_of_avi_leave_no_gap(tmp_path: Path) -> None:
    content = bytearray(encoded("avi", "aac"))
    index = content.rindex(b"idx1") + 8
    sizes = [size for *_, size in struct.iter_unpack("<4sIII", content[index:])]
    block = content.index(b"strf") + 8 + 12  # the header's size of a block
    struct.pack_into("<H", content, block, max(sizes[:2]))
    path = tmp_path / "a.avi"
    path.write_bytes(content)

    assert max(sizes[:2]) < min(sizes[5:])
    assert decode(path).seconds == pytest.approx(len(sizes) * 0.064, abs=0.01)
