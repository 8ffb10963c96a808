"""Speech detection over blocks: the same as over the whole, and quiet speech counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from faster_whisper.vad import get_vad_model

from tests.fixtures.audio import decode
from transcriber.whisper.voice_activity import VAD_FRAME_SAMPLES, VoiceActivityDetector


def probabilities(samples: np.ndarray, block: int) -> np.ndarray:
    detector = VoiceActivityDetector()
    found = [detector.feed(samples[at : at + block]) for at in range(0, len(samples), block)]
    return np.concatenate([*found, detector.finish()])


def test_block_probabilities_equal_faster_whisper_wrapper(clip: Path) -> None:
    samples = decode(clip).samples
    samples = np.tile(samples / np.abs(samples).max(), 3)[8000:]  # loud throughout: nothing is to be raised
    padded = np.pad(samples, (0, -len(samples) % VAD_FRAME_SAMPLES))

    expected = get_vad_model()(padded.copy()).reshape(-1)

    assert np.abs(probabilities(samples, 48_000) - expected)[:-1].max() < 1e-3
    assert np.abs(probabilities(samples, len(samples)) - expected)[:-1].max() < 1e-3


def test_speech_at_minus_50_db_is_detected(clip: Path) -> None:
    samples = decode(clip).samples
    loud, quiet = (probabilities(samples * gain, len(samples)) >= 0.5 for gain in (1.0, 0.003))

    assert np.mean(loud) > 0.4
    assert np.mean(loud == quiet) > 0.95


def test_silence_and_noise_are_not_speech() -> None:
    noise = np.random.default_rng(0).normal(0, 1, 16_000 * 10).astype(np.float32)

    for height in (0.0, 1e-4, 0.01, 0.3):
        assert np.mean(probabilities(noise * np.float32(height), 16_000 * 10) >= 0.5) < 0.02
