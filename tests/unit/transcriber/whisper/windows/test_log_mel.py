"""Features of faint windows: as those of the same speech at a usual level; others are not touched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.fixtures.audio_files.decoded_audio import decode
from transcriber.whisper.windows.log_mel import LogMel


@pytest.fixture(scope="module")
def log_mel(tmp_path_factory: pytest.TempPathFactory) -> LogMel:
    return LogMel(tmp_path_factory.mktemp("model"))  # without a file of settings: 80 filters


@pytest.fixture(scope="module")
def window(speech: Path) -> np.ndarray:
    samples = decode(speech).samples
    return np.asarray(samples / np.abs(samples).max(), np.float32)


@pytest.mark.parametrize("peak", [0.009, 0.001, 1e-4])
def test_faint_window_has_the_features_of_a_loud_one(log_mel: LogMel, window: np.ndarray, peak: float) -> None:
    found = log_mel.compute(window * np.float32(peak))

    assert np.allclose(found, log_mel.compute(window * np.float32(0.3)), atol=1e-3)


@pytest.mark.parametrize("peak", [1.0, 0.06, 0.011])
def test_other_windows_are_not_raised(log_mel: LogMel, window: np.ndarray, peak: float) -> None:
    samples = window * np.float32(peak)

    found = log_mel.compute(samples)

    expected = log_mel._extract(np.pad(samples, (0, 400)), padding=0)[:, : found.shape[1]]
    assert np.array_equal(found, expected)


def test_silence_and_nothing_have_features(log_mel: LogMel) -> None:
    assert log_mel.compute(np.zeros(1600, np.float32)).shape == (80, 10)
    assert log_mel.compute(np.zeros(0, np.float32)).shape == (80, 0)
