"""Log mel energies, against properties of Kaldi's that a shifted or scaled implementation would not have."""

from __future__ import annotations

import numpy as np

from transcriber.speakers.features import log_mel_energies


def tone(hertz: float, seconds: float = 0.5) -> np.ndarray:
    return (0.1 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * 16_000)) / 16_000)).astype(np.float32)


def test_energies_have_a_frame_each_10_ms() -> None:
    assert log_mel_energies(np.zeros(400, np.float32)).shape == (1, 80)
    assert log_mel_energies(np.zeros(16_000, np.float32)).shape == (98, 80)


def test_tone_is_loudest_in_its_own_mel_band() -> None:
    edges = np.linspace(1127 * np.log1p(20 / 700), 1127 * np.log1p(8000 / 700), 82)
    for hertz in (300, 1000, 4000):
        band = int(np.abs(edges[1:-1] - 1127 * np.log1p(hertz / 700)).argmin())

        assert abs(int(log_mel_energies(tone(hertz)).mean(0).argmax()) - band) <= 1


def test_constant_offset_is_taken_away() -> None:
    np.testing.assert_allclose(log_mel_energies(tone(500) + 0.2), log_mel_energies(tone(500)), atol=0.2)


def test_silence_has_the_floor_of_float32() -> None:
    np.testing.assert_allclose(log_mel_energies(np.zeros(800, np.float32)), np.log(1.1920929e-07), rtol=1e-5)


def test_energies_of_a_frame_depend_on_it_alone() -> None:
    samples = np.random.default_rng(1).standard_normal(160 * 210).astype(np.float32)
    energies = log_mel_energies(samples)

    assert len(energies) == 208
    for frame in range(0, 208, 7):
        np.testing.assert_allclose(
            log_mel_energies(samples[160 * frame :][:400])[0], energies[frame], rtol=1e-4, atol=1e-3
        )
