"""Even levels: a soft voice in a window is raised to the loud one; pauses and ordinary speech stay as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from earshot_contract.documents.engine_profile import EngineProfile
from tests.fixtures.audio_files.decoded_audio import decode
from tests.paths import ROOT
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.whisper.windows.even_levels import with_even_levels
from transcriber.whisper.windows.log_mel import FRAMES_PER_SECOND, LogMel, loudness
from transcriber.whisper.windows.profile import PROFILES
from transcriber.whisper.windows.voice_activity import VoiceActivityDetector
from transcriber.whisper.windows.windowing import Windower

SPEECH = [path for path in (ROOT / "tests" / "fixtures" / "speech").iterdir() if path.suffix in {".flac", ".ogg"}]
DECIBEL = 0.1 / 4  # in features


@pytest.fixture(scope="module")
def log_mel(tmp_path_factory: pytest.TempPathFactory) -> LogMel:
    return LogMel(tmp_path_factory.mktemp("model"))  # without a file of settings: 80 filters


def faded(samples: np.ndarray, decibels: float, first: float, end: float) -> np.ndarray:
    gain = np.ones(len(samples), np.float32)
    gain[int(first * len(samples)) : int(end * len(samples))] = 10 ** (-decibels / 20)
    return samples * gain


@pytest.mark.parametrize(("first", "end"), [(0.5, 1.0), (0.0, 0.5), (0.3, 0.7)], ids=["end", "beginning", "middle"])
@pytest.mark.parametrize("decibels", [25, 30, 40])
def test_soft_voice_is_raised_to_the_loud_one(
    log_mel: LogMel, speech: Path, decibels: float, first: float, end: float
) -> None:
    samples = decode(speech).samples
    voiced = [(0.3, len(samples) / SAMPLE_RATE - 0.3)]
    even = log_mel.compute(samples)

    found = with_even_levels(log_mel.compute(faded(samples, decibels, first, end)), voiced)

    inside = slice(int(first * even.shape[1]) + 30, int(end * even.shape[1]) - 30)
    softer = np.percentile(loudness(even)[inside], 90) - np.percentile(loudness(found)[inside], 90)
    assert abs(softer) < 8 * DECIBEL


def test_ordinary_speech_keeps_its_features(log_mel: LogMel) -> None:
    for path in SPEECH:
        samples = decode(path).samples
        detector, windower = VoiceActivityDetector(), Windower(PROFILES[EngineProfile.ACCURATE])
        spans = windower.feed(detector.feed(samples)) + windower.feed(detector.finish()) + windower.finish(len(samples))
        for span in spans:
            mel = log_mel.compute(samples[span.start : span.end])
            voiced = [((a - span.start) / SAMPLE_RATE, (b - span.start) / SAMPLE_RATE) for a, b in span.voiced]

            assert np.array_equal(with_even_levels(mel, voiced), mel), path.name


def test_pauses_keep_their_features(log_mel: LogMel) -> None:
    rng = np.random.default_rng(1)
    voice, pause = (rng.normal(0, level, 2 * SAMPLE_RATE).astype(np.float32) for level in (0.1, 0.001))
    mel = log_mel.compute(np.concatenate([voice, pause, voice]))

    between = with_even_levels(mel, [(0.0, 2.0), (4.0, 6.0)])
    counted_to_speech = with_even_levels(mel, [(0.0, 2.4), (3.5, 6.0)])

    assert np.array_equal(between, mel)
    assert np.array_equal(counted_to_speech, mel)


def test_window_without_voice_or_frames_stays() -> None:
    mel = np.ones((80, FRAMES_PER_SECOND), np.float32)

    assert np.array_equal(with_even_levels(mel, []), mel)
    assert with_even_levels(mel[:, :0], [(0.0, 1.0)]).shape == (80, 0)
