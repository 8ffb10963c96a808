"""Which track is transcribed: the default one, unless it is silent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.fixtures.audio_files.noise_files import (
    level,
    matroska,
    noise,
    read,
)
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream


def test_silent_default_track_yields_to_audible_one(tmp_path: Path) -> None:
    silent, sound = noise(2.0, level=1e-4)[None], noise(2.0)[None]

    samples, warnings = read(matroska(tmp_path / "a.mka", silent, sound, default=0))

    assert level(samples) > 0.1
    assert warnings == ["silent_track"]


@pytest.mark.parametrize("default", [None, 0, 1])
def test_default_track_is_kept_if_audible(tmp_path: Path, default: int | None) -> None:
    tracks = noise(1.0, level=0.01)[None], np.stack([noise(1.0), noise(1.0, 2)])
    path = matroska(tmp_path / "a.mka", *tracks, default=default)

    audio = AudioStream(path)
    assert list(audio)

    assert audio.channels == (2 if default == 1 else 1)
    assert audio.warnings == []


def test_all_silent_tracks_keep_the_default(tmp_path: Path) -> None:
    tracks = [noise(1.0, level=1e-4)[None]] * 2

    assert read(matroska(tmp_path / "a.mka", *tracks))[1] == []


def test_requested_channel_of_silent_track_is_audible(tmp_path: Path) -> None:
    silent, sound = np.zeros((2, SAMPLE_RATE), np.float32), noise(1.0)[None]
    path = matroska(tmp_path / "a.mka", silent, sound, default=0)

    assert level(read(path, channel=0)[0]) > 0.1
    assert level(read(path, channel=1)[0]) == 0


def test_clicks_do_not_make_a_silent_track_audible(tmp_path: Path) -> None:
    """A microphone that is switched on and off again makes such clicks."""
    clicks, sound = noise(2.0, level=1e-4), noise(2.0)
    clicks[1000:1020] = clicks[30_000:30_020] = 0.9

    samples, warnings = read(matroska(tmp_path / "a.mka", clicks[None], sound[None], default=0))

    assert level(samples) > 0.1
    assert warnings == ["silent_track"]


def test_short_word_makes_a_track_audible(tmp_path: Path) -> None:
    word, louder = noise(2.0, level=1e-4), noise(2.0)
    word[16_000:24_000] = noise(0.5, level=0.01)

    assert read(matroska(tmp_path / "a.mka", word[None], louder[None], default=0))[1] == []
