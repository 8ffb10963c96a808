"""Where somebody speaks: Silero's probabilities, 32 ms a frame, over a stream of blocks."""

from __future__ import annotations

import numpy as np
from faster_whisper.vad import get_vad_model

VAD_FRAME_SAMPLES = 512  # samples
_CONTEXT_SAMPLES = 64  # samples of the frame before, which the network wants to see again
_TARGET_RMS, _MAX_GAIN = (
    0.05,
    100.0,
)  # loudness (RMS) that quiet speech is raised to for the VAD's ears, by so much at most
_SILENCE_RMS = 1e-4  # RMS under which there is nothing to raise: the last bit of 16


class VoiceActivityDetector:
    """Feed it blocks in order; the network's state is carried from block to block.

    Stands on a private seam of faster-whisper 1.2.1: the inputs `input`, `h`, `c` of `get_vad_model().session`
    (Silero v6, frames folded into the batch axis), which its own wrapper cannot carry over a boundary.
    """

    def __init__(self) -> None:
        self._session = get_vad_model().session  # shared by all detectors: loaded once, safe to call from threads
        self._h = np.zeros((1, 1, 128), np.float32)
        self._c = np.zeros((1, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT_SAMPLES, np.float32)
        self._remainder = np.zeros(0, np.float32)

    def feed(self, samples: np.ndarray) -> np.ndarray:
        """Probabilities, shape (frames,), of the frames that `samples` (float32) completes."""
        samples = np.concatenate([self._remainder, samples])
        complete = len(samples) // VAD_FRAME_SAMPLES * VAD_FRAME_SAMPLES
        self._remainder = samples[complete:]
        return self._run(samples[:complete])

    def finish(self) -> np.ndarray:
        """The last frame, filled up with silence; empty when the audio ended on a boundary."""
        remainder, self._remainder = self._remainder, np.zeros(0, np.float32)
        return self._run(np.pad(remainder, (0, -len(remainder) % VAD_FRAME_SAMPLES)))

    def _run(self, samples: np.ndarray) -> np.ndarray:
        if not len(samples):
            return np.zeros(0, np.float32)
        frames = samples.reshape(-1, VAD_FRAME_SAMPLES)
        frames = frames * self._gain(frames)
        contexts = np.concatenate([self._context[None], frames[:-1, -_CONTEXT_SAMPLES:]])
        self._context = frames[-1, -_CONTEXT_SAMPLES:]
        probabilities, self._h, self._c = self._session.run(
            None, {"input": np.concatenate([contexts, frames], axis=1), "h": self._h, "c": self._c}
        )
        return np.asarray(probabilities).reshape(-1)

    def _gain(self, frames: np.ndarray) -> np.float32:
        """One gain a block, by its loud frames: Silero misses speech 50 dB down. Loud audio stays as it is."""
        loudness = float(np.percentile(np.sqrt(np.mean(frames * frames, axis=1)), 90))
        gain = 1.0 if loudness < _SILENCE_RMS else float(np.clip(_TARGET_RMS / loudness, 1.0, _MAX_GAIN))
        return np.float32(gain)
