"""A channel of steady noise is left out of the mix where it would hide the others, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.recordings.corpus import wav
from tests.fixtures.audio_files.decoded_audio import decode
from tests.fixtures.rows import each_row
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream

SECONDS = 7
GENERATOR = np.random.default_rng(1)
NOISE = GENERATOR.normal(0, 1, SECONDS * SAMPLE_RATE)


@pytest.fixture(scope="module")
def voice(speech: Path) -> np.ndarray:
    return decode(speech).samples[: SECONDS * SAMPLE_RATE].astype(np.float64)


def mixed(path: Path, *channels: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """The mix of a file with these channels, and the types of its warnings."""
    audio = AudioStream(wav(path, np.stack(channels, axis=1)))
    return np.concatenate(list(audio)), [warning.type for warning in audio.warnings]


def energy(samples: np.ndarray) -> float:
    return float(np.mean(samples**2))


@pytest.mark.slow
@each_row("quieter", [1.0, 0.5, 0.2])
@pytest.mark.parametrize("side", [0, 1])
def test_louder_noise_does_not_hide_a_voice(tmp_path: Path, voice: np.ndarray, side: int, quieter: float) -> None:
    faint, noise = 0.3 * voice * quieter, NOISE * 0.3 * energy(voice) ** 0.5
    channels = (faint, noise) if side == 0 else (noise, faint)

    found, warnings = mixed(tmp_path / "a.wav", *channels)

    assert warnings == ["noisy_channel"]
    first = SAMPLE_RATE * 3  # before the voice begins, the noise hides nothing
    assert np.corrcoef(found[first:], faint[first : len(found)])[0, 1] > 0.99


@pytest.mark.parametrize("other", ["silence", "faint noise", "the same voice", "another voice", "a loud voice"])
def test_mix_is_the_plain_sum_where_nothing_is_hidden(tmp_path: Path, voice: np.ndarray, other: str) -> None:
    right = {
        "silence": voice * 0,
        "faint noise": NOISE * 0.1 * energy(voice) ** 0.5,
        "the same voice": voice,
        "another voice": np.roll(voice[::-1], SAMPLE_RATE) * 0.5,
        "a loud voice": np.roll(voice, 3 * SAMPLE_RATE) * 3,
    }[other].clip(-1, 1)

    found, warnings = mixed(tmp_path / "a.wav", voice, right)

    assert warnings == []
    assert np.allclose(found, (voice + right)[: len(found)] / 2, atol=1e-3)


def test_voice_on_the_noisy_channel_is_mixed_in(tmp_path: Path, voice: np.ndarray) -> None:
    noise = NOISE * energy(voice) ** 0.5 * 0.3
    left = np.concatenate([voice, np.zeros_like(voice)]) * 0.3
    right = np.concatenate([noise, noise * 0.3 + np.roll(voice, SAMPLE_RATE)])

    found, warnings = mixed(tmp_path / "a.wav", left, right)

    assert warnings == ["noisy_channel"]
    second = found[len(voice) :]
    assert np.corrcoef(second, right[len(voice) : len(voice) + len(second)])[0, 1] > 0.9


def test_noise_alone_is_no_warning(tmp_path: Path) -> None:
    found, warnings = mixed(tmp_path / "a.wav", NOISE * 0.1, np.zeros_like(NOISE))

    assert warnings == []
    assert energy(found) == pytest.approx(energy(NOISE * 0.05), rel=0.05)


@pytest.mark.slow
@each_row("loudness", [0.5, 0.7, 1.0])
@pytest.mark.parametrize("noise", ["the same", "their own", "hum"])
def test_noise_of_both_channels_is_no_warning(tmp_path: Path, voice: np.ndarray, noise: str, loudness: float) -> None:
    size = loudness * energy(voice) ** 0.5
    hum = 10 * np.sin(2 * np.pi * 50 * np.arange(len(voice)) / SAMPLE_RATE) + 0.1 * NOISE
    left, right = {
        "the same": (NOISE, NOISE),
        "their own": (NOISE, np.roll(NOISE, SAMPLE_RATE)),
        "hum": (hum, hum),
    }[noise]
    speech = np.concatenate([voice, 0 * voice])  # a pause follows
    channels = [0.2 * (speech + size * np.resize(each, len(speech))) for each in (left, right)]

    found, warnings = mixed(tmp_path / "a.wav", *channels)

    assert warnings == []
    assert np.allclose(found, (channels[0] + channels[1])[: len(found)] / 2, atol=1e-3)
