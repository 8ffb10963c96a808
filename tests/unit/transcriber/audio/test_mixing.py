"""Channels mixed to one: none hides the others, and none cancels them out."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from bench.corpus import wav
from tests.fixtures.audio import decode
from tests.fixtures.sound import (
    level,
    matroska,
    noise,
    read,
)
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream


@pytest.mark.parametrize("gain", [-1.0, -0.9])
@pytest.mark.parametrize("rate", [SAMPLE_RATE, 44_100])
def test_channels_that_cancel_out_are_audible(tmp_path: Path, gain: float, rate: int) -> None:
    sound = noise(3.0, rate=rate)
    path = wav(tmp_path / "a.wav", np.stack([sound, gain * sound], axis=1), rate)

    samples, warnings = read(path)

    assert level(samples) > 0.5 * level(sound)
    assert warnings == ["channels_cancel_out"]


@pytest.mark.parametrize(("gains", "named"), [((1.0, -0.9), "channel 0 "), ((-0.9, 1.0), "channel 1 ")])
def test_warning_names_the_channel_that_was_taken(tmp_path: Path, gains: tuple[float, float], named: str) -> None:
    sound = noise(2.0)
    audio = AudioStream(wav(tmp_path / "a.wav", np.stack([gain * sound for gain in gains], axis=1)))
    list(audio)

    assert [named in warning.message for warning in audio.warnings] == [True]


@pytest.mark.parametrize(
    "channels",
    [
        [noise(2.0), noise(2.0, 2)],
        [noise(2.0), np.zeros(2 * SAMPLE_RATE, np.float32)],
        [np.zeros(2 * SAMPLE_RATE, np.float32), noise(2.0)],
        [noise(2.0), noise(2.0)],
        [noise(2.0), noise(2.0) + 0.3],  # with a constant part
    ],
)
def test_channels_that_do_not_cancel_are_mixed(tmp_path: Path, channels: list[np.ndarray]) -> None:
    samples, warnings = read(wav(tmp_path / "a.wav", np.stack(channels, axis=1)))

    assert level(samples) > 0.07
    assert warnings == []


CHANNELS_OF_5_1 = ("front left", "front right", "centre", "low frequencies", "back left", "back right")


@pytest.mark.parametrize("speaking", [n for n, name in enumerate(CHANNELS_OF_5_1) if name != "low frequencies"])
def test_speech_in_any_channel_of_5_1_is_audible(tmp_path: Path, speaking: int) -> None:
    channels = np.stack([noise(2.0, seed, level=1e-4) for seed in range(6)])
    channels[speaking] = noise(2.0, 9)

    samples, warnings = read(matroska(tmp_path / "a.mka", channels))

    assert np.corrcoef(samples, channels[speaking])[0, 1] > 0.99
    assert level(samples) > 0.02
    assert warnings == []


def test_low_frequencies_of_5_1_are_not_mixed(tmp_path: Path) -> None:
    channels = np.zeros((6, 2 * SAMPLE_RATE), np.float32)
    channels[2], channels[3] = noise(2.0, 1, level=0.05), noise(2.0, 2, level=0.3)

    samples, _ = read(matroska(tmp_path / "a.mka", channels))

    assert np.corrcoef(samples, channels[2])[0, 1] > 0.99


def test_surround_that_cancels_out_is_audible(tmp_path: Path) -> None:
    sound = noise(2.0)
    channels = np.zeros((6, len(sound)), np.float32)
    channels[0], channels[1] = sound, -sound

    samples, warnings = read(matroska(tmp_path / "a.mka", channels))

    assert level(samples) > 0.5 * level(sound)
    assert warnings == ["channels_cancel_out"]


@pytest.mark.parametrize("dead", [0, 1])
@pytest.mark.parametrize("value", [0.0, 0.5])
def test_dead_channel_does_not_hide_the_other(tmp_path: Path, dead: int, value: float) -> None:
    """Silent, or stuck at a constant value as a broken input is."""
    channels = np.stack([noise(2.0), noise(2.0)])
    channels[dead] = value

    samples, warnings = read(wav(tmp_path / "a.wav", channels.T))

    assert np.corrcoef(samples, channels[1 - dead])[0, 1] > 0.99
    assert float(np.std(samples)) > 0.4 * level(channels[1 - dead])
    assert warnings == []


def test_only_live_channel_of_many_is_audible(tmp_path: Path) -> None:
    channels = np.zeros((SAMPLE_RATE, 32), np.float32)
    channels[:, 17] = noise(1.0)

    assert level(read(wav(tmp_path / "a.wav", channels))[0]) > 0.1


def test_float_samples_beyond_full_scale_are_scaled(tmp_path: Path) -> None:
    sound = noise(2.0)
    path = tmp_path / "a.wav"
    body = (sound * 32768).astype("<f4").tobytes()
    header = struct.pack("<HHIIHH", 3, 1, SAMPLE_RATE, SAMPLE_RATE * 4, 4, 32)
    riff = b"WAVEfmt " + struct.pack("<I", 16) + header + b"data" + struct.pack("<I", len(body)) + body
    path.write_bytes(b"RIFF" + struct.pack("<I", len(riff)) + riff)

    samples = decode(path).samples

    assert np.abs(samples).max() <= 1
    assert np.corrcoef(samples, sound)[0, 1] > 0.99
