"""The model on a CPU."""

from __future__ import annotations

import numpy as np

from transcriber.whisper.engine import BatchingEngine


def test_encode_on_cpu_keeps_each_windows_length(engine: BatchingEngine) -> None:
    mels = [np.zeros((80, frames), np.float32) for frames in (300, 700)]

    assert engine._model.encode(mels, [400, 800]).frames == [400, 800]
