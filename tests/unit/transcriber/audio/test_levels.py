"""Recordings that are clipped, or too quiet for 8 bits, are warned of; others are not."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from tests.fixtures.audio_files.decoded_audio import decode
from transcriber.audio.stream import AudioStream


def warnings_of(path: Path, sound: np.ndarray, width: int = 2) -> list[str]:
    """Types of the warnings about a sound (-1 … 1), written with `width` bytes a sample."""
    scaled = np.round(np.clip(sound, -1, 1) * (2 ** (8 * width - 1) - 1))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(width)
        file.setframerate(16_000)
        file.writeframes((scaled + 128).astype("u1").tobytes() if width == 1 else scaled.astype("<i2").tobytes())
    audio = AudioStream(path)
    for _ in audio:
        pass
    return [warning.type for warning in audio.warnings]


@pytest.fixture
def sound(speech: Path) -> np.ndarray:
    samples = decode(speech).samples
    return np.asarray(samples / np.abs(samples).max())


@pytest.mark.parametrize(("gain", "later"), [(10, 1.0), (30, 1.0), (10, 0.1)])
def test_clipped_speech_is_warned_of(tmp_path: Path, sound: np.ndarray, gain: float, later: float) -> None:
    """The test includes speech that was turned down after it was clipped."""
    assert warnings_of(tmp_path / "a.wav", np.clip(sound * gain, -1, 1) * later) == ["clipped"]


@pytest.mark.parametrize("gain", [0.01, 1.0, 3.0])
def test_loud_and_faint_speech_is_not_called_clipped(tmp_path: Path, sound: np.ndarray, gain: float) -> None:
    assert warnings_of(tmp_path / "a.wav", sound * gain) == []


def test_tones_clicks_and_offsets_are_not_called_clipped(tmp_path: Path) -> None:
    at = np.arange(80_000) / 16_000
    clicks = np.where(at % 1 < 0.01, 1.0, 0.0)

    assert warnings_of(tmp_path / "a.wav", 0.5 * (np.sin(2763 * at) + np.sin(4379 * at))) == []
    assert warnings_of(tmp_path / "b.wav", np.sin(2763 * at)) == []
    assert warnings_of(tmp_path / "c.wav", clicks) == []
    assert warnings_of(tmp_path / "d.wav", np.full(16_000, 0.5)) == []


@pytest.mark.parametrize("decibels", [-30, -36, -42])
def test_speech_of_few_steps_is_warned_of(tmp_path: Path, sound: np.ndarray, decibels: float) -> None:
    quiet = sound * 10 ** (decibels / 20)

    assert warnings_of(tmp_path / "a.wav", quiet, width=1) == ["too_quiet"]
    assert warnings_of(tmp_path / "b.wav", quiet, width=2) == []


def test_silence_and_loud_speech_of_8_bits_are_not_too_quiet(tmp_path: Path, sound: np.ndarray) -> None:
    click = np.zeros(16_000)
    click[8000:8010] = 0.01

    assert warnings_of(tmp_path / "a.wav", sound * 0.1, width=1) == []
    assert warnings_of(tmp_path / "b.wav", np.zeros(16_000), width=1) == []
    assert warnings_of(tmp_path / "c.wav", click, width=1) == []
