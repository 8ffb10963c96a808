"""Voice activity detection (VAD): Silero's speech probabilities, one per 32 ms, over a stream of blocks."""

from __future__ import annotations

import numpy as np
from faster_whisper.vad import get_vad_model

from earshot_contract.shards import Shard
from transcriber.audio.resampling import SAMPLE_RATE

VAD_FRAME_SAMPLES = 512  # samples of one VAD frame: 32 ms at 16 kHz
_CONTEXT_SAMPLES = 64  # samples of the previous frame that are part of the network's input
# Target RMS and maximum gain when quiet audio is amplified before VAD: Silero misses speech at -50 dB.
_TARGET_RMS, _MAX_GAIN = 0.05, 100.0
_SILENCE_RMS = 1e-4  # below this RMS nothing is amplified: about three times the last bit of 16-bit samples


def lead_samples(shard: Shard) -> int:
    """Return how many samples of silence to put before a shard, so that its frames lie where those of the file lie.

    Windows begin and end with frames, and Whisper hears a window that begins some milliseconds elsewhere a little
    otherwise: without the silence a cut changed words up to the end of the file.
    """
    return round(shard.first.seconds * SAMPLE_RATE) % VAD_FRAME_SAMPLES if shard.first else 0


class VoiceActivityDetector:
    """Speech probabilities of one stream; the network's state is carried from block to block.

    Uses the inputs `input`, `h` and `c` of `get_vad_model().session` (Silero v6, frames folded into the batch axis),
    which faster-whisper 1.2.1 does not document. Its own wrapper cannot carry the state over a block boundary.
    """

    def __init__(self) -> None:
        """Start at the beginning of a stream."""
        self._session = get_vad_model().session  # loaded once, shared by all detectors, safe to call from threads
        self._h = np.zeros((1, 1, 128), np.float32)
        self._c = np.zeros((1, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT_SAMPLES, np.float32)
        self._remainder = np.zeros(0, np.float32)

    def feed(self, samples: np.ndarray) -> np.ndarray:
        """Add samples (float32, 16 kHz); return the probabilities, shape (frames,), of the frames now complete."""
        samples = np.concatenate([self._remainder, samples])
        complete = len(samples) // VAD_FRAME_SAMPLES * VAD_FRAME_SAMPLES
        self._remainder = samples[complete:]
        return self._run(samples[:complete])

    def finish(self) -> np.ndarray:
        """Return the probability of the last frame, padded with silence; empty if the audio ended with a frame."""
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
        """Choose one gain for a block by the 90th percentile of its frames' RMS; loud audio is left as it is."""
        loudness = float(np.percentile(np.sqrt(np.mean(frames * frames, axis=1)), 90))
        gain = 1.0 if loudness < _SILENCE_RMS else float(np.clip(_TARGET_RMS / loudness, 1.0, _MAX_GAIN))
        return np.float32(gain)
