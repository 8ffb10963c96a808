"""Where somebody speaks: Silero's probabilities, 32 ms a frame, over a stream of blocks."""

from __future__ import annotations

import numpy as np
from faster_whisper.vad import get_vad_model

FRAME = 512  # samples
_CONTEXT = 64  # samples of the frame before, which the network wants to see again
_AIM, _MOST = 0.05, 100.0  # loudness (RMS) that quiet speech is raised to for the VAD's ears, by so much at most
_NOTHING = 1e-4  # RMS under which there is nothing to raise: the last bit of 16


class SpeechDetector:
    """Feed it blocks in order; the network's state is carried from block to block.

    Stands on a private seam of faster-whisper 1.2.1: the inputs `input`, `h`, `c` of `get_vad_model().session`
    (Silero v6, frames folded into the batch axis), which its own wrapper cannot carry over a boundary.
    """

    def __init__(self) -> None:
        self._session = get_vad_model().session  # shared by all detectors: loaded once, safe to call from threads
        self._h = np.zeros((1, 1, 128), np.float32)
        self._c = np.zeros((1, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)
        self._rest = np.zeros(0, np.float32)

    def feed(self, samples: np.ndarray) -> np.ndarray:
        """Probabilities, shape (frames,), of the frames that `samples` (float32) completes."""
        samples = np.concatenate([self._rest, samples])
        whole = len(samples) // FRAME * FRAME
        self._rest = samples[whole:]
        return self._run(samples[:whole])

    def finish(self) -> np.ndarray:
        """The last frame, filled up with silence; empty when the audio ended on a boundary."""
        rest, self._rest = self._rest, np.zeros(0, np.float32)
        return self._run(np.pad(rest, (0, -len(rest) % FRAME)))

    def _run(self, samples: np.ndarray) -> np.ndarray:
        if not len(samples):
            return np.zeros(0, np.float32)
        frames = samples.reshape(-1, FRAME)
        frames = frames * self._raise(frames)
        contexts = np.concatenate([self._context[None], frames[:-1, -_CONTEXT:]])
        self._context = frames[-1, -_CONTEXT:]
        probabilities, self._h, self._c = self._session.run(
            None, {"input": np.concatenate([contexts, frames], axis=1), "h": self._h, "c": self._c}
        )
        return np.asarray(probabilities).reshape(-1)

    def _raise(self, frames: np.ndarray) -> np.float32:
        """One gain a block, by its loud frames: Silero misses speech 50 dB down. Loud audio stays as it is."""
        loud = float(np.percentile(np.sqrt(np.mean(frames * frames, axis=1)), 90))
        gain = 1.0 if loud < _NOTHING else float(np.clip(_AIM / loud, 1.0, _MOST))
        return np.float32(gain)
