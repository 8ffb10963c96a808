"""Narrowband speech: what a telephone line cuts off below 300 Hz costs the detector no speech, and makes none."""

from __future__ import annotations

import numpy as np
import pytest

from tests.fixtures.audio_files.decoded_audio import decode
from tests.paths import ROOT
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.whisper.windows.narrowband import lacks_lows
from transcriber.whisper.windows.voice_activity import SPEECH_ON, VAD_FRAME_SAMPLES, VoiceActivityDetector

SPEECH = [path for path in (ROOT / "tests" / "fixtures" / "speech").iterdir() if path.suffix in {".flac", ".ogg"}]
SECONDS = np.arange(20 * SAMPLE_RATE) / SAMPLE_RATE
NOISE = np.random.default_rng(3).normal(0, 0.05, len(SECONDS))


def on_a_line(samples: np.ndarray) -> np.ndarray:
    """Keep 300 to 3400 Hz."""
    spectrum = np.fft.rfft(samples)
    frequencies = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    spectrum[(frequencies < 300) | (frequencies > 3400)] = 0
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)


def is_speech(samples: np.ndarray) -> np.ndarray:
    detector = VoiceActivityDetector()
    return np.concatenate([detector.feed(samples), detector.finish()]) >= SPEECH_ON


def test_speech_on_a_line_is_detected_as_without() -> None:
    for path in SPEECH:
        samples = decode(path).samples

        whole, narrow = is_speech(samples), is_speech(on_a_line(samples))

        assert np.mean(narrow[whole]) > 0.8, path.name
        first = int(np.argmax(whole))
        assert narrow[first : first + 7].any(), path.name  # its first 0.2 s


@pytest.mark.parametrize(
    "sound",
    [
        NOISE,
        NOISE * (0.5 + 0.5 * np.sin(8 * np.pi * SECONDS)),
        0.1 * np.sin(2 * np.pi * 425 * SECONDS) * (SECONDS % 1 < 0.5),
        0.1 * (np.sin(2 * np.pi * 400 * SECONDS) + np.sin(2 * np.pi * 450 * SECONDS)) * (SECONDS % 3 < 1),
        0.1 * (np.sin(2 * np.pi * 770 * SECONDS) + np.sin(2 * np.pi * 1336 * SECONDS)) * (SECONDS % 0.4 < 0.1),
    ],
    ids=["noise", "waving noise", "busy tone", "ringing tone", "dialled digits"],
)
def test_sounds_of_a_line_are_no_speech(sound: np.ndarray) -> None:
    narrow = on_a_line(sound)

    assert lacks_lows(narrow[: len(narrow) // VAD_FRAME_SAMPLES * VAD_FRAME_SAMPLES])
    assert not is_speech(narrow).any()


def test_wideband_speech_has_its_lows() -> None:
    for path in SPEECH:
        samples = decode(path).samples

        assert not lacks_lows(samples[: len(samples) // VAD_FRAME_SAMPLES * VAD_FRAME_SAMPLES]), path.name
