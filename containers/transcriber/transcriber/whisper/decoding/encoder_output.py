"""Encoder outputs of a batch of windows, in host memory or on a GPU."""

from __future__ import annotations

from collections.abc import Sequence

import ctranslate2
import numpy as np
from ctranslate2 import StorageView

from transcriber.whisper.windows.log_mel import FRAMES_PER_STEP

# Steps (20 ms) of an encoder output that are silence: windows end with a second of it, 50 steps. The last two differ.
_SILENT_STEPS = slice(-20, -2)


class EncoderOutput:
    """Encoder outputs of one batch.

    CPU: a list of arrays (frames / 2, width), each of its own length. GPU: one ctranslate2 StorageView on the device.
    One encoder step (20 ms) is two mel frames.
    """

    def __init__(self, outputs: Sequence[np.ndarray] = (), view: StorageView | None = None) -> None:
        """Take either arrays of shape (frames / 2, width) or one view of shape (windows, frames / 2, width)."""
        self._outputs, self._view = list(outputs), view

    @property
    def frames(self) -> list[int]:
        """Mel frames of each window."""
        if self._view is not None:
            return [FRAMES_PER_STEP * self._view.shape[1]] * self._view.shape[0]
        return [FRAMES_PER_STEP * len(output) for output in self._outputs]

    def output(self, index: int) -> np.ndarray:
        """Return one window's output in host memory: float, shape (frames / 2, width)."""
        if self._view is not None and not self._outputs:
            self._outputs = list(
                np.array(self._view.to_device(ctranslate2.Device.cpu).to(ctranslate2.DataType.float32))
            )
        return self._outputs[index]

    def beginnings(self, indices: Sequence[int], frames: int) -> EncoderOutput:
        """Return the outputs of some windows, cut after `frames` mel frames; on a GPU they are copied to the host."""
        return EncoderOutput([self.output(index)[: frames // FRAMES_PER_STEP] for index in indices])

    def select(self, indices: Sequence[int], frames: int = 0) -> StorageView:
        """Return the outputs of some windows as one view, padded with silence to one length.

        On a GPU the view of all windows is returned as it is, at no cost; any other choice copies through the host.

        Args:
            indices: windows of the batch.
            frames: minimum number of mel frames.

        Returns:
            float, shape (len(indices), steps, width).
        """
        if (
            self._view is not None
            and list(indices) == list(range(self._view.shape[0]))
            and frames <= FRAMES_PER_STEP * self._view.shape[1]
        ):
            return self._view
        outputs = [self.output(index) for index in indices]
        max_steps = max(frames // FRAMES_PER_STEP, *map(len, outputs))
        return StorageView.from_array(np.stack([_padded_with_silence(output, max_steps) for output in outputs]))


def _padded_with_silence(output: np.ndarray, max_steps: int) -> np.ndarray:
    """Append the encoder's representation of silence: the mean of the output's last steps without the outermost two.

    The decoder reads the mean as if the encoder had seen the silence. The outermost step repeated makes the decoder
    repeat itself, and zeros do so too (WER 22 and 21 instead of 13 where windows of all lengths share batches).
    """
    if len(output) == max_steps:
        return output
    silence = output[_SILENT_STEPS].mean(axis=0, keepdims=True)
    return np.concatenate([output, np.repeat(silence, max_steps - len(output), axis=0)])
