"""Log-mel features of a window, without the silence that Whisper pads it with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor

FRAMES_PER_SECOND = 100  # a second
FULL_WINDOW_FRAMES = 3000  # frames of Whisper's own window
_HOP_SAMPLES, _TAIL_SAMPLES = 160, 400  # samples of a frame; of silence behind the last one, so that it is not mirrored
_DYNAMIC_RANGE = 2.0  # between the loudest and the quietest value, by Whisper's clamp (8 decades, divided by 4)


class LogMel:
    """One for a model: its filters; safe to share between threads."""

    def __init__(self, model: Path) -> None:
        file = model / "preprocessor_config.json"
        size = json.loads(file.read_text())["feature_size"] if file.is_file() else 80
        self._extract = FeatureExtractor(feature_size=size)

    def compute(self, samples: np.ndarray) -> np.ndarray:
        """float32, shape (mels, frames): only of what is there."""
        frames = -(-len(samples) // _HOP_SAMPLES)
        return self._extract(np.pad(samples, (0, _TAIL_SAMPLES)), padding=0)[:, :frames]


def pad_with_silence(mel: np.ndarray, frames: int) -> np.ndarray:
    """Silence behind `mel`, as it would be had the samples been padded: the value that Whisper clamps to."""
    floor = mel.max() - _DYNAMIC_RANGE
    return np.pad(mel, ((0, 0), (0, max(0, frames - mel.shape[1]))), constant_values=floor)[:, :frames]
