"""Voice activity detection (VAD): Silero's speech probabilities, one per 32 ms, over a stream of blocks."""

from __future__ import annotations

import numpy as np
from faster_whisper.vad import get_vad_model
from numpy.lib.stride_tricks import sliding_window_view

from transcriber.whisper.windows.narrowband import lacks_lows, with_lows

# Probability from which speech begins, and below which it ends: silence is what is left. Silero's defaults.
SPEECH_ON, SPEECH_OFF = 0.5, 0.35
VAD_FRAME_SAMPLES = 512  # samples of one VAD frame: 32 ms at 16 kHz
_SECTION_FRAMES, _RUN_UP_FRAMES = 320, 64  # 10.24 s and 2.05 s
_RUN_UP_SAMPLES = _RUN_UP_FRAMES * VAD_FRAME_SAMPLES
_CONTEXT_SAMPLES = 64  # samples of the previous frame that are part of the network's input
# Audio around a shard with which its probabilities are those that the whole file has: a section with its run-up, and
# the half second around the cut that decides where the windows beside it begin and end.
CONTEXT_SECONDS = 13.0
# Target RMS and maximum gain when quiet audio is amplified before VAD: Silero misses speech at -50 dB.
_TARGET_RMS, _MAX_GAIN = 0.05, 100.0
# A soft stretch of a section: 1 s in which no frame within 0.26 s has a quarter (-12 dB) of the section's RMS. It is
# raised by its own RMS and listened to again, and speech counts from 0.26 s on.
_SOFT_FRAMES, _SOFT_SHARE, _NEAR_FRAMES, _SOFT_SPEECH_FRAMES = 31, 0.25, 8, 8
_SILENCE_RMS = 1e-4  # below this RMS nothing is amplified: about three times the last bit of 16-bit samples


class VoiceActivityDetector:
    """Speech probabilities of one stream, which depend on no audio further away than a section and its run-up.

    The network's state fades slowly: carried through a whole file, it made a cut shift windows a minute later. So each
    section of the file, ten seconds, is read anew with a run-up of two seconds. Sections are counted from the file's
    start: with `CONTEXT_SECONDS` around it, a shard has the probabilities that the whole file has.

    Uses the inputs `input`, `h` and `c` of `get_vad_model().session` (Silero v6, frames folded into the batch axis),
    which faster-whisper 1.2.1 does not document. Its own wrapper knows no run-up.
    """

    def __init__(self, first_frame: int = 0) -> None:
        """Start a stream; `first_frame` is the number of VAD frames of the file before it."""
        self._session = get_vad_model().session  # loaded once, shared by all detectors, safe to call from threads
        self._missing = _SECTION_FRAMES - first_frame % _SECTION_FRAMES  # frames to the end of the section
        self._pending: list[np.ndarray] = []  # samples of the section that is not complete
        self._pending_samples = 0
        # Samples before the section: the run-up, and the context of its first frame.
        self._earlier = np.zeros(0, np.float32)

    def feed(self, samples: np.ndarray) -> np.ndarray:
        """Add samples (float32, 16 kHz); return the probabilities, shape (frames,), of the sections now complete."""
        self._pending.append(samples)
        self._pending_samples += len(samples)
        if self._pending_samples < self._missing * VAD_FRAME_SAMPLES:
            return np.zeros(0, np.float32)
        waiting, found = np.concatenate(self._pending), []
        while len(waiting) >= (size := self._missing * VAD_FRAME_SAMPLES):
            found.append(self._section(waiting[:size]))
            waiting, self._missing = waiting[size:], _SECTION_FRAMES
        self._pending, self._pending_samples = [waiting], len(waiting)
        return np.concatenate(found)

    def finish(self) -> np.ndarray:
        """Return the probabilities of the last frames; the last one is padded with silence."""
        waiting = np.concatenate([np.zeros(0, np.float32), *self._pending])
        self._pending, self._pending_samples = [], 0
        if not len(waiting):
            return np.zeros(0, np.float32)
        return self._section(np.pad(waiting, (0, -len(waiting) % VAD_FRAME_SAMPLES)))

    def _section(self, samples: np.ndarray) -> np.ndarray:
        """Return the probabilities of a section; `samples` are whole frames."""
        earlier = self._earlier
        self._earlier = np.concatenate([earlier, samples])[-_RUN_UP_SAMPLES - _CONTEXT_SAMPLES :]
        probabilities = self._probabilities(earlier, samples)
        if lacks_lows(samples):
            restored = with_lows(np.concatenate([earlier, samples]))
            restored = self._probabilities(restored[: len(earlier)], restored[len(earlier) :])
            # Lows made from a noisy line cover some beginnings that are clear without them.
            probabilities = np.maximum(probabilities, restored)
        return self._with_soft_speech(probabilities, samples)

    def _with_soft_speech(self, probabilities: np.ndarray, samples: np.ndarray) -> np.ndarray:
        """Look for speech again where the section's gain was too low for it: a voice that moves away, a second one."""
        frames = samples.reshape(-1, VAD_FRAME_SAMPLES)
        rms = np.sqrt(np.mean(frames * frames, axis=1))
        loudest = sliding_window_view(np.pad(rms, _NEAR_FRAMES), 2 * _NEAR_FRAMES + 1).max(axis=1)
        is_soft = np.pad(loudest < _SOFT_SHARE * np.percentile(rms, 90), 1)
        edges, found = np.flatnonzero(is_soft[1:] != is_soft[:-1]).tolist(), probabilities.copy()
        for first, end in zip(edges[::2], edges[1::2], strict=True):
            if end - first < _SOFT_FRAMES or self._gain(frames[first:end]) < 2 * self._gain(frames):
                continue
            raised = self._probabilities(np.zeros(0, np.float32), frames[first:end].reshape(-1))
            if np.count_nonzero(raised >= SPEECH_ON) >= _SOFT_SPEECH_FRAMES:
                found[first:end] = np.maximum(found[first:end], raised)
        return found

    def _probabilities(self, earlier: np.ndarray, samples: np.ndarray) -> np.ndarray:
        """Run the network on `samples`, whole frames; `earlier` is what lies before them, at most a run-up."""
        context, run_up = np.zeros(_CONTEXT_SAMPLES, np.float32), earlier
        if len(run_up) > _RUN_UP_SAMPLES:
            context, run_up = run_up[:_CONTEXT_SAMPLES], run_up[_CONTEXT_SAMPLES:]
        own, before = (part.reshape(-1, VAD_FRAME_SAMPLES) for part in (samples, run_up))
        gain = self._gain(own)
        # A loud run-up is not raised as a quiet section is: overdriven, it makes the network miss speech for seconds.
        gain_before = min(gain, self._gain(before)) if len(before) else gain
        frames = np.concatenate([before * gain_before, own * gain])
        contexts = np.concatenate([context[None] * gain_before, frames[:-1, -_CONTEXT_SAMPLES:]])
        state = np.zeros((1, 1, 128), np.float32)
        probabilities, _, _ = self._session.run(
            None, {"input": np.concatenate([contexts, frames], axis=1), "h": state, "c": state}
        )
        return np.asarray(probabilities).reshape(-1)[len(run_up) // VAD_FRAME_SAMPLES :]

    def _gain(self, frames: np.ndarray) -> np.float32:
        """Choose one gain for a section by the 90th percentile of its frames' RMS; loud audio is left as it is."""
        loudness = float(np.percentile(np.sqrt(np.mean(frames * frames, axis=1)), 90))
        gain = 1.0 if loudness < _SILENCE_RMS else float(np.clip(_TARGET_RMS / loudness, 1.0, _MAX_GAIN))
        return np.float32(gain)
