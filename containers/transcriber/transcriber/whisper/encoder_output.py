"""What the encoder made of a batch of windows, and where it lies."""

from __future__ import annotations

from collections.abc import Sequence

import ctranslate2
import numpy as np
from ctranslate2 import StorageView

_SILENT_ROWS = slice(-20, -2)  # of an encoder output: a window has a second of silence behind, 50 rows


class Encoded:
    """Encoder outputs of one batch: on a CPU as rows, each of its own length, on a GPU as they lie there."""

    def __init__(self, rows: Sequence[np.ndarray] = (), view: StorageView | None = None) -> None:
        """`rows`: float, shape (frames / 2, width) each."""
        self._rows, self._view = list(rows), view

    @property
    def frames(self) -> list[int]:
        """Of the encoder, a window."""
        if self._view is not None:
            return [2 * self._view.shape[1]] * self._view.shape[0]
        return [2 * len(row) for row in self._rows]

    def row(self, index: int) -> np.ndarray:
        """float, shape (frames / 2, width), where numpy can reach it."""
        if self._view is not None and not self._rows:
            self._rows = list(np.array(self._view.to_device(ctranslate2.Device.cpu).to(ctranslate2.DataType.float32)))
        return self._rows[index]

    def pick(self, indices: Sequence[int], frames: int = 0) -> StorageView:
        """float, shape (len(indices), rows, width); the shorter ones, and those under `frames`, with more silence.

        A row is two frames. On a GPU all windows as they are cost nothing; anything else takes the way over here.
        """
        if self._view is not None and len(indices) == self._view.shape[0] and frames <= 2 * self._view.shape[1]:
            return self._view
        rows = [self.row(index) for index in indices]
        longest = max(frames // 2, *map(len, rows))
        return StorageView.from_array(np.stack([_lengthened(row, longest) for row in rows]))


def _lengthened(row: np.ndarray, longest: int) -> np.ndarray:
    """With as much more of what the encoder makes of silence: the mean of its last rows but the outermost.

    The outermost are another thing: repeated, they send the decoder into loops, as zeros do (WER 22 and 21 instead
    of 13 where windows of all lengths share batches). The mean reads as if the encoder had seen the silence.
    """
    if len(row) == longest:
        return row
    silence = row[_SILENT_ROWS].mean(axis=0, keepdims=True)
    return np.concatenate([row, np.repeat(silence, longest - len(row), axis=0)])
