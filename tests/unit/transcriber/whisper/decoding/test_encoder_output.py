"""Encoder outputs of one batch: shorter ones are padded with the encoder's representation of silence."""

from __future__ import annotations

import numpy as np
from ctranslate2 import StorageView

from transcriber.whisper.decoding.encoder_output import EncoderOutput


def encoder_output_of(length: int, silence: float, outermost: float = 9.0) -> np.ndarray:
    """Steps of speech, then 50 of silence, of which the last two differ."""
    output = np.full((length, 4), 5.0, np.float32)
    output[-50:] = silence
    output[-2:] = outermost
    return output


def test_select_pads_with_mean_of_silent_steps() -> None:
    short, long = encoder_output_of(200, silence=1.0), encoder_output_of(260, silence=2.0)

    selected = np.array(EncoderOutput([short, long]).select([0, 1]))

    assert selected.shape == (2, 260, 4)
    assert np.array_equal(selected[0, :200], short)
    assert (selected[0, 200:] == 1.0).all()
    assert np.array_equal(selected[1], long)


def test_select_pads_to_requested_frames() -> None:
    encoder_output = EncoderOutput([encoder_output_of(200, silence=1.0), encoder_output_of(260, silence=2.0)])

    assert encoder_output.frames == [400, 520]
    assert np.array(encoder_output.select([0], 3000)).shape == (1, 1500, 4)
    assert np.array(encoder_output.select([1])).shape == (1, 260, 4)


def test_select_of_whole_gpu_batch_returns_the_view() -> None:
    view = StorageView.from_array(np.stack([encoder_output_of(200, 1.0), encoder_output_of(200, 2.0)]))
    encoder_output = EncoderOutput(view=view)

    assert encoder_output.frames == [400, 400]
    assert encoder_output.select([0, 1]) is view
    assert np.array(encoder_output.select([1], 600)).shape == (1, 300, 4)
    assert np.array(encoder_output.select([1, 1]))[:, 150, 0].tolist() == [2.0, 2.0]  # as many as there are, not they


def test_beginnings_are_cut_after_the_frames() -> None:
    encoder_output = EncoderOutput([encoder_output_of(200, silence=1.0), encoder_output_of(60, silence=2.0)])

    assert encoder_output.beginnings([1, 0], 300).frames == [120, 300]
