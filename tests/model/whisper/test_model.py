"""Encoder outputs of one batch: what is shorter is made longer with what the encoder makes of silence."""

from __future__ import annotations

import numpy as np
from ctranslate2 import StorageView

from transcriber.whisper.encoder_output import EncoderOutput
from transcriber.whisper.engine import BatchingEngine


def row(length: int, silence: float, edge: float = 9.0) -> np.ndarray:
    """Speech, 50 rows of silence, and two of the outermost."""
    found = np.full((length, 4), 5.0, np.float32)
    found[-50:] = silence
    found[-2:] = edge
    return found


def test_select_pads_with_mean_of_silent_steps() -> None:
    short, long = row(200, silence=1.0), row(260, silence=2.0)

    picked = np.array(EncoderOutput([short, long]).select([0, 1]))

    assert picked.shape == (2, 260, 4)
    assert np.array_equal(picked[0, :200], short)
    assert (picked[0, 200:] == 1.0).all()
    assert np.array_equal(picked[1], long)


def test_encode_on_cpu_keeps_each_windows_length(engine: BatchingEngine) -> None:
    mels = [np.zeros((80, frames), np.float32) for frames in (300, 700)]

    assert engine._model.encode(mels, [400, 800]).frames == [400, 800]


def test_select_pads_to_requested_frames() -> None:
    encoder_output = EncoderOutput([row(200, silence=1.0), row(260, silence=2.0)])

    assert encoder_output.frames == [400, 520]
    assert np.array(encoder_output.select([0], 3000)).shape == (1, 1500, 4)
    assert np.array(encoder_output.select([1])).shape == (1, 260, 4)


def test_select_of_whole_gpu_batch_returns_the_view() -> None:
    view = StorageView.from_array(np.stack([row(200, 1.0), row(200, 2.0)]))
    encoder_output = EncoderOutput(view=view)

    assert encoder_output.frames == [400, 400]
    assert encoder_output.select([0, 1]) is view
    assert np.array(encoder_output.select([1], 600)).shape == (1, 300, 4)
