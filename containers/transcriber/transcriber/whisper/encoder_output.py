"""What the encoder made of a batch of windows, and where it lies."""

from __future__ import annotations

from collections.abc import Sequence

import ctranslate2
import numpy as np
from ctranslate2 import StorageView

_SILENT_STEPS = slice(-20, -2)  # of an encoder output: a window has a second of silence behind, 50 rows


class EncoderOutput:
    """Encoder outputs of one batch: on a CPU as rows, each of its own length, on a GPU as they lie there."""

    def __init__(self, outputs: Sequence[np.ndarray] = (), view: StorageView | None = None) -> None:
        """`rows`: float, shape (frames / 2, width) each."""
        self._outputs, self._view = list(outputs), view

    @property
    def frames(self) -> list[int]:
        """Of the encoder, a window."""
        if self._view is not None:
            return [2 * self._view.shape[1]] * self._view.shape[0]
        return [2 * len(output) for output in self._outputs]

    def output(self, index: int) -> np.ndarray:
        """float, shape (frames / 2, width), where numpy can reach it."""
        if self._view is not None and not self._outputs:
            self._outputs = list(
                np.array(self._view.to_device(ctranslate2.Device.cpu).to(ctranslate2.DataType.float32))
            )
        return self._outputs[index]

    def select(self, indices: Sequence[int], frames: int = 0) -> StorageView:
        """float, shape (len(indices), rows, width); the shorter ones, and those under `frames`, with more silence.

        A row is two frames. On a GPU all windows as they are cost nothing; anything else takes the way over here.
        """
        if self._view is not None and len(indices) == self._view.shape[0] and frames <= 2 * self._view.shape[1]:
            return self._view
        outputs = [self.output(index) for index in indices]
        max_steps = max(frames // 2, *map(len, outputs))
        return StorageView.from_array(np.stack([_padded_with_silence(output, max_steps) for output in outputs]))


def _padded_with_silence(output: np.ndarray, max_steps: int) -> np.ndarray:
    """With as much more of what the encoder makes of silence: the mean of its last rows but the outermost.

    The outermost are another thing: repeated, they send the decoder into loops, as zeros do (WER 22 and 21 instead
    of 13 where windows of all lengths share batches). The mean reads as if the encoder had seen the silence.
    """
    if len(output) == max_steps:
        return output
    silence = output[_SILENT_STEPS].mean(axis=0, keepdims=True)
    return np.concatenate([output, np.repeat(silence, max_steps - len(output), axis=0)])
