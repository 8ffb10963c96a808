"""Speech detection over blocks: the same as over the whole, and quiet speech counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from faster_whisper.vad import get_vad_model

from tests.fixtures.audio_files.decoded_audio import decode
from tests.paths import ROOT
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.whisper.windows.voice_activity import VAD_FRAME_SAMPLES, VoiceActivityDetector

SPEECH = ROOT / "tests" / "fixtures" / "speech"
SECTION = 320 * VAD_FRAME_SAMPLES  # samples


def probabilities(samples: np.ndarray, block: int, first_frame: int = 0) -> np.ndarray:
    detector = VoiceActivityDetector(first_frame)
    found = [detector.feed(samples[at : at + block]) for at in range(0, len(samples), block)]
    return np.concatenate([*found, detector.finish()])


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """A minute and a half, loud throughout: nothing is to be raised."""
    clips = [decode(path).samples for path in sorted(SPEECH.glob("*.flac"))]
    samples = np.tile(np.concatenate([clip / np.abs(clip).max() for clip in clips]), 4)[8000:]
    return np.asarray(samples[: 90 * SAMPLE_RATE])


def test_first_section_equals_faster_whispers_wrapper(speech: np.ndarray) -> None:
    section = speech[: 10 * SAMPLE_RATE]
    padded = np.pad(section, (0, -len(section) % VAD_FRAME_SAMPLES))

    expected = get_vad_model()(padded.copy()).reshape(-1)

    assert np.abs(probabilities(section, 48_000) - expected)[:-1].max() < 1e-3


def test_later_sections_decide_as_the_wrapper_does(speech: np.ndarray) -> None:
    padded = np.pad(speech, (0, -len(speech) % VAD_FRAME_SAMPLES))

    expected = get_vad_model()(padded.copy()).reshape(-1)

    found = probabilities(speech, 48_000)
    assert found.shape == expected.shape
    assert np.mean((found >= 0.5) == (expected >= 0.5)) > 0.99


@pytest.mark.parametrize("block", [1_000, 48_000, 10**7])
def test_probabilities_do_not_depend_on_blocks(speech: np.ndarray, block: int) -> None:
    assert np.array_equal(probabilities(speech, block), probabilities(speech, 163_840))


@pytest.mark.parametrize("frame", [5, 320, 777])
def test_part_has_the_probabilities_of_the_whole(speech: np.ndarray, frame: int) -> None:
    """From its second section on, to the last bit, also where quiet speech is raised."""
    quiet = speech * np.linspace(0.01, 0.2, len(speech)).astype(np.float32)
    whole = probabilities(quiet, 160_000)

    part = probabilities(quiet[frame * VAD_FRAME_SAMPLES :], 160_000, frame)

    known = (frame // 320 + 1) * 320 if frame % 320 else frame + 320
    later = known + 320  # its run-up is complete, too
    assert np.array_equal(part[later - frame :], whole[later:])
    assert np.abs(part[known - frame :] - whole[known:]).max() < 0.2


def test_speech_at_minus_50_db_is_detected(clip: Path) -> None:
    samples = decode(clip).samples
    loud, quiet = (probabilities(samples * gain, len(samples)) >= 0.5 for gain in (1.0, 0.003))

    assert np.mean(loud) > 0.4
    assert np.mean(loud == quiet) > 0.95


def test_silence_and_noise_are_not_speech() -> None:
    noise = np.random.default_rng(0).normal(0, 1, 16_000 * 10).astype(np.float32)

    for height in (0.0, 1e-4, 0.01, 0.3):
        assert np.mean(probabilities(noise * np.float32(height), 16_000 * 10) >= 0.5) < 0.02


@pytest.mark.parametrize("section", [1, 2, 3])
def test_loud_audio_before_a_quiet_section_changes_little(speech: np.ndarray, section: int) -> None:
    before, after = np.split(speech[section * SECTION : (section + 2) * SECTION], 2)
    quiet = after * np.float32(0.01)
    expected = probabilities(np.concatenate([before * np.float32(0.01), quiet]), SECTION)[320:] >= 0.5

    found = probabilities(np.concatenate([before, quiet]), SECTION)[320:] >= 0.5

    assert np.mean(found == expected) > 0.95


def test_speech_that_becomes_30_db_softer_is_detected(speech: np.ndarray) -> None:
    section = speech[:SECTION]
    softer = section * np.where(np.arange(SECTION) < SECTION // 2, 1.0, 0.03).astype(np.float32)
    expected = probabilities(section, SECTION)[160:] >= 0.5

    found = probabilities(softer, SECTION)[160:] >= 0.5

    assert np.mean(found[expected]) > 0.9


@pytest.mark.parametrize("decibels", [30, 50])
def test_noise_between_words_is_no_soft_speech(speech: np.ndarray, decibels: int) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1 * 10 ** (-decibels / 20), SECTION).astype(np.float32)
    noise[: SECTION // 2] += speech[: SECTION // 2]

    assert not (probabilities(noise, SECTION)[165:] >= 0.5).any()
