"""Encoder outputs of one batch: what is shorter is made longer with what the encoder makes of silence."""

from __future__ import annotations

import numpy as np
from ctranslate2 import StorageView

from transcriber.whisper.encoder_output import Encoded
from transcriber.whisper.engine import BatchingEngine


def row(length: int, silence: float, edge: float = 9.0) -> np.ndarray:
    """Speech, 50 rows of silence, and two of the outermost."""
    found = np.full((length, 4), 5.0, np.float32)
    found[-50:] = silence
    found[-2:] = edge
    return found


def test_shorter_rows_end_in_silence_and_not_in_the_edge() -> None:
    short, long = row(200, silence=1.0), row(260, silence=2.0)

    picked = np.array(Encoded([short, long]).pick([0, 1]))

    assert picked.shape == (2, 260, 4)
    assert np.array_equal(picked[0, :200], short)
    assert (picked[0, 200:] == 1.0).all()
    assert np.array_equal(picked[1], long)


def test_on_a_cpu_each_window_is_encoded_at_its_own_length(engine: BatchingEngine) -> None:
    mels = [np.zeros((80, frames), np.float32) for frames in (300, 700)]

    assert engine._decoder.encode(mels, [400, 800]).frames == [400, 800]


def test_a_window_may_be_heard_with_as_much_silence_as_asked_for() -> None:
    encoded = Encoded([row(200, silence=1.0), row(260, silence=2.0)])

    assert encoded.frames == [400, 520]
    assert np.array(encoded.pick([0], 3000)).shape == (1, 1500, 4)
    assert np.array(encoded.pick([1])).shape == (1, 260, 4)


def test_what_lies_on_a_gpu_as_one_is_used_as_it_lies() -> None:
    view = StorageView.from_array(np.stack([row(200, 1.0), row(200, 2.0)]))
    encoded = Encoded(view=view)

    assert encoded.frames == [400, 400]
    assert encoded.pick([0, 1]) is view
    assert np.array(encoded.pick([1], 600)).shape == (1, 300, 4)
