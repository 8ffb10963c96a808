"""Files with a header and no sound behind it: the error says which of the causes it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from earshot_contract.documents.shards import ShardError
from tests.fixtures.audio_files.bursts import write
from tests.fixtures.audio_files.decoded_audio import decode_error


def indexed_first(file: bytes) -> tuple[bytes, bytes]:
    """An MP4 with `moov` before the samples, in two halves: all before them, and they."""
    index, samples = file.index(b"moov") - 4, file.index(b"mdat") - 4
    return file[:samples] + file[index:], file[samples:index]


@pytest.mark.parametrize("kept", [0, 8, 12])
def test_mp4_of_which_the_index_arrived_is_called_cut_off(tmp_path: Path, kept: int) -> None:
    path = write(tmp_path / "a.m4a", "aac", [(0.0, 3.0)], 44_100)
    header, samples = indexed_first(path.read_bytes())
    path.write_bytes(header + samples[:kept])

    error, message = decode_error(path)

    assert error == ShardError.NOT_AUDIO
    assert "3.0 seconds" in message
    assert "cut off" in message


def test_samples_that_are_zeros_are_called_zeros(tmp_path: Path) -> None:
    path = write(tmp_path / "a.m4a", "aac", [(0.0, 3.0)], 44_100)
    header, samples = indexed_first(path.read_bytes())
    path.write_bytes(header + samples[:8] + bytes(len(samples) - 8))

    assert "most of it is zeros" in decode_error(path)[1]


@pytest.mark.parametrize("codec", ["pcm_s16le", "flac", "libmp3lame"])
def test_line_ends_that_a_program_changed_are_refused(tmp_path: Path, codec: str) -> None:
    """The beginning of samples is quiet: Prepare sees no line ends there."""
    path = write(tmp_path / ("a.wav" if codec == "pcm_s16le" else "a.mka"), codec, [(0.0, 4.0)], 44_100)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert "changed line ends" in decode_error(path)[1]
