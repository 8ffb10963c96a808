"""What the engine hears of a file, as one piece."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from events.shards import AudioFacts
from transcriber.whisper.decode import RATE, Audio


@dataclass(frozen=True)
class Sound:
    samples: np.ndarray  # float32 in -1..1, shape (n,), 16 kHz
    facts: AudioFacts

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


def decode(path: Path, **options: Any) -> Sound:
    """`options` are `Audio`'s; raises what it raises."""
    audio = Audio(path, **options)
    samples = np.concatenate([np.zeros(0, np.float32), *audio])
    return Sound(samples, audio.facts)
