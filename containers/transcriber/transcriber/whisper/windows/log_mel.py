"""Log-mel features of a window, without the silence that Whisper pads windows with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor

FRAMES_PER_SECOND = 100  # mel frames of 10 ms, Whisper's own
FRAMES_PER_STEP = 2  # mel frames of a step of the encoder's output
FULL_WINDOW_FRAMES = 3000  # mel frames of Whisper's window: 30 s
_HOP_SAMPLES = 160  # samples from one mel frame to the next, at 16 kHz
_TAIL_SAMPLES = 400  # samples of silence after the last frame, so that the extractor does not mirror the audio there
_DYNAMIC_RANGE = 2.0  # from the loudest to the quietest value: Whisper clamps at 8 decades and divides by 4
_LOUDEST_BANDS = 20
# A window whose peak is under -40 dB is raised to -10 dB: Whisper's features have a floor for silence, at which faint
# speech loses its quieter sounds.
_FAINT_PEAK, _RAISED_PEAK = 0.01, 0.3


class LogMel:
    """Log-mel extractor of one model. Safe to share between threads."""

    def __init__(self, model: Path) -> None:
        """Create the filters that the model folder asks for (`feature_size` in preprocessor_config.json, else 80)."""
        file = model / "preprocessor_config.json"
        size = json.loads(file.read_text())["feature_size"] if file.is_file() else 80
        self._extract = FeatureExtractor(feature_size=size)

    def compute(self, samples: np.ndarray) -> np.ndarray:
        """Compute features of 16 kHz samples: float32, shape (mels, frames), one frame for each 160 samples."""
        frames = -(-len(samples) // _HOP_SAMPLES)
        peak = float(np.abs(samples).max()) if len(samples) else 0.0
        if 0.0 < peak < _FAINT_PEAK:
            samples = samples * np.float32(_RAISED_PEAK / peak)
        mel: np.ndarray = self._extract(np.pad(samples, (0, _TAIL_SAMPLES)), padding=0)
        return mel[:, :frames]


def loudness(mel: np.ndarray) -> np.ndarray:
    """Compute the loudness of each frame, the mean of its loudest bands, shape (frames,), in the unit of features."""
    found: np.ndarray = np.partition(mel, -_LOUDEST_BANDS, axis=0)[-_LOUDEST_BANDS:].mean(axis=0)
    return found


def pad_with_silence(mel: np.ndarray, frames: int) -> np.ndarray:
    """Append silence up to `frames` mel frames, with the value that padded samples would have got (Whisper's clamp)."""
    floor = mel.max() - _DYNAMIC_RANGE
    return np.pad(mel, ((0, 0), (0, max(0, frames - mel.shape[1]))), constant_values=floor)[:, :frames]
