"""Frames that a file lost in its middle: what follows keeps its time, and a warning says what is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.fixtures.audio_files.decoded_audio import SAMPLE_SECONDS, decode
from tests.fixtures.rows import each_row
from transcriber.audio.stream import AudioStream


def warnings_of(path: Path) -> list[str]:
    audio = AudioStream(path)
    list(audio)
    return [warning.message for warning in audio.warnings]


@each_row(
    ("name", "codec", "rate"),
    [("a.flac", "flac", 16_000), ("a.ogg", "libopus", 48_000), ("b.ogg", "flac", 16_000)],
)
@pytest.mark.parametrize("lost", ["removed", "overwritten"])
def test_lost_frames_are_warned_about(
    speech: Path, record: Callable[..., Path], name: str, codec: str, rate: int, lost: str
) -> None:
    options = {"page_duration": "200000"} if name.endswith("ogg") else {}
    path = record(speech, name, codec, rate=rate, **options)
    assert warnings_of(path) == []
    file = path.read_bytes()
    first, last = int(len(file) * 0.4), int(len(file) * 0.6)
    damage = np.random.default_rng(1).bytes(last - first) if lost == "overwritten" else b""
    path.write_bytes(file[:first] + damage + file[last:])

    assert decode(path).info.duration == pytest.approx(SAMPLE_SECONDS, abs=0.1)
    assert any("From 3." in message or "From 2." in message for message in warnings_of(path)), warnings_of(path)
