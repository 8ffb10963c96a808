"""Low cut: hum, rumble and an offset are removed where they are louder than all else, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.fixtures.audio_files.decoded_audio import decode
from tests.fixtures.rows import each_row
from transcriber.audio.low_cut import low_cut
from transcriber.audio.resampling import BLOCK_SAMPLES, SAMPLE_RATE


def sine(hertz: float, samples: int) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(samples) / SAMPLE_RATE).astype(np.float32)


def hum(hertz: float, samples: int) -> np.ndarray:
    """Mains hum with its first harmonics."""
    return sine(hertz, samples) + 0.4 * sine(2 * hertz, samples) + 0.2 * sine(3 * hertz, samples)


def filtered(samples: np.ndarray, block: int = BLOCK_SAMPLES) -> np.ndarray:
    return np.concatenate(list(low_cut(samples[at : at + block] for at in range(0, len(samples), block))))


@pytest.fixture(scope="module")
def voice(speech: Path) -> np.ndarray:
    return np.tile(decode(speech).samples, 4)  # 32 s: some blocks


@each_row("loudness", [1.0, 0.1, 0.001])
@pytest.mark.parametrize("block", [BLOCK_SAMPLES, 1600, 170_001])
def test_clean_speech_is_the_same_to_the_sample(voice: np.ndarray, block: int, loudness: float) -> None:
    speech = voice * np.float32(loudness)

    assert np.array_equal(filtered(speech, block), speech)


def test_noise_a_tone_and_silence_stay_as_they_are() -> None:
    samples = 3 * BLOCK_SAMPLES
    noise = np.random.default_rng(1).normal(0, 0.1, samples).astype(np.float32)
    for sound in (noise, sine(440, samples) * 0.5, sine(90, samples) * 0.5, np.zeros(samples, np.float32)):
        assert np.array_equal(filtered(sound), sound)


@each_row(
    ("name", "added"),
    [
        ("50 Hz", lambda samples: 0.3 * sine(50, samples)),
        ("60 Hz", lambda samples: 0.3 * sine(60, samples)),
        ("rumble", lambda samples: 0.3 * sine(18, samples)),
        ("offset", lambda samples: np.full(samples, 0.7)),
        ("negative offset", lambda samples: np.full(samples, -0.9)),
    ],
)
def test_what_is_below_the_voice_is_removed(voice: np.ndarray, name: str, added) -> None:
    quiet = voice * np.float32(0.1)
    before = float(np.sqrt(np.mean(added(len(quiet)) ** 2)))

    found = filtered((quiet + added(len(quiet))).astype(np.float32))

    assert len(found) == len(quiet)
    assert float(np.sqrt(np.mean((found - quiet) ** 2))) < before / 50
    assert np.corrcoef(found, quiet)[0, 1] > 0.95


def test_hum_with_harmonics_loses_its_fundamental(voice: np.ndarray) -> None:
    found = filtered((voice * 0.01 + 0.1 * hum(50, len(voice))).astype(np.float32))

    powers = np.abs(np.fft.rfft(found)) ** 2
    hertz = np.fft.rfftfreq(len(found), 1 / SAMPLE_RATE)
    assert powers[hertz < 60].sum() < 0.02 * powers[hertz > 90].sum()


def test_hum_that_begins_and_ends_is_removed_in_its_blocks(voice: np.ndarray) -> None:
    quiet = voice[: 3 * BLOCK_SAMPLES] * np.float32(0.1)
    noisy = quiet.copy()
    noisy[BLOCK_SAMPLES : 2 * BLOCK_SAMPLES] += 0.3 * sine(50, BLOCK_SAMPLES)

    found = filtered(noisy)

    assert np.array_equal(found[:BLOCK_SAMPLES], quiet[:BLOCK_SAMPLES])
    assert np.array_equal(found[2 * BLOCK_SAMPLES + 4096 :], quiet[2 * BLOCK_SAMPLES + 4096 :])
    middle = slice(BLOCK_SAMPLES + 4096, 2 * BLOCK_SAMPLES - 4096)
    assert float(np.abs(found[middle] - quiet[middle]).max()) < 0.02


def test_pause_with_rumble_behind_speech_stays_as_it_is(voice: np.ndarray) -> None:
    pause = (0.003 * sine(30, BLOCK_SAMPLES)).astype(np.float32)
    recording = np.concatenate([voice[: 2 * BLOCK_SAMPLES], pause])

    assert np.array_equal(filtered(recording), recording)
