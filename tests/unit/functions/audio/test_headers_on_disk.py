"""Headers whose numbers are absurd, read from a file on disk: an operating system refuses what memory allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from earshot_contract.audio_limits import MAX_CHANNELS, MAX_RATE, MAX_SECONDS
from functions.audio.probe import probe
from functions.errors import ApiError
from tests.fixtures.audio_files.encodings import encoded

FILES = [("matroska", "aac", 48_000), ("webm", "libopus", 48_000), ("ipod", "aac", 44_100), ("ogg", "libopus", 48_000)]
FILES += [("wav", "pcm_s16le", 16_000), ("aiff", "pcm_s16be", 16_000), ("asf", "wmav2", 44_100), ("flv", "aac", 44_100)]
FILES += [("caf", "pcm_s16le", 16_000), ("w64", "pcm_s16le", 16_000), ("avi", "libmp3lame", 44_100)]
NUMBERS = [b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", bytes(4)]


@pytest.mark.slow
@pytest.mark.parametrize(("container", "codec", "rate"), FILES)
def test_no_number_of_a_header_is_an_internal_error(tmp_path: Path, container: str, codec: str, rate: int) -> None:
    content, path = encoded(container, codec, rate), tmp_path / "a"
    for at in range(4, min(len(content) - 4, 340), 6):
        for number in NUMBERS:
            path.write_bytes(content[:at] + number + content[at + 4 :])
            try:
                with path.open("rb") as file:
                    found = probe(file, len(content))
            except ApiError:
                continue
            assert found.duration is None or 0 < found.duration <= MAX_SECONDS, (at, number)
            assert (found.channels or 1) <= MAX_CHANNELS, (at, number)
            assert (found.sample_rate or 1) <= MAX_RATE, (at, number)
