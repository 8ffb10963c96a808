"""Recordings that are clipped, or too quiet for 8 bits, are warned of; others are not."""

from __future__ import annotations

import wave
from pathlib import Path

import av
import numpy as np
import pytest

from tests.fixtures.audio_files.decoded_audio import decode
from tests.fixtures.rows import each_row
from transcriber.audio.levels import LevelMeter
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


@each_row("rate", [8_000, 16_000, 44_100, 48_000])
def test_no_sine_is_called_clipped(rate: int) -> None:
    """Few samples of a period, always the same ones, are no flat top."""
    at, clipped = np.arange(rate) / rate, []
    for hertz in range(100, rate // 2, 100):
        for phase in (0.0, 0.3, np.pi / 8, np.pi / 4, np.pi / 2):
            meter = LevelMeter()
            meter.add(np.sin(2 * np.pi * hertz * at + phase), rate, "flt")
            clipped += [(hertz, phase)] if meter.is_clipped else []

    assert clipped == []


@each_row("gain", [1.2, 4.0, 30.0, 32_768.0])
def test_floats_beyond_full_scale_are_not_called_clipped(sound: np.ndarray, gain: float) -> None:
    """They are scaled, and nothing of them was cut off."""
    meter = LevelMeter()
    for at in range(0, len(sound), 16_000):
        meter.add(sound[at : at + 16_000] * gain, 16_000, "flt")

    assert not meter.is_clipped


def test_clipped_speech_is_warned_of_behind_mp3(tmp_path: Path, sound: np.ndarray) -> None:
    """Lossy codecs raise some of the peaks that were cut off."""
    path = tmp_path / "a.mp3"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libmp3lame", 48_000, layout="mono")
        samples = np.repeat(np.clip(sound * 30, -1, 1), 3).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(samples[None], "flt", "mono")
        frame.sample_rate = 48_000
        file.mux([packet for each in (frame, None) for packet in stream.encode(each)])
    audio = AudioStream(path)
    for _ in audio:
        pass

    assert [warning.type for warning in audio.warnings] == ["clipped"]


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


def test_silence_stored_as_127_is_not_too_quiet() -> None:
    meter = LevelMeter()
    meter.add(np.full(16_000, -1 / 128), 16_000, "u8")

    assert meter.few_steps is None
