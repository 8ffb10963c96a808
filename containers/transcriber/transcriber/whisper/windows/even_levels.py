"""Even levels: a soft voice in a window that has a loud one, too, is raised to its level.

Whisper reads the loud voice of a window, and leaves out or guesses one that is 20 to 30 dB softer: it moved away from
the microphone, or is a second one. On its own it reads the same voice well. Features are logarithms of powers: to raise
them is to add. Measured in docs/explanation/accuracy.md#telephone-lines-and-soft-voices.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from transcriber.whisper.windows.log_mel import FRAMES_PER_SECOND, loudness

_MIN_SOFTER = 15 * 0.1 / 4  # 15 dB in features, which are decades of power divided by four
# Frames, of 10 ms, that have no loud one beside them, and the voice among them. Shorter ones are pauses between words
# that the VAD counts to the speech: with 60 frames 8 of 161 clean recordings change, with 100 none does.
_NEAR_FRAMES, _MIN_VOICE_FRAMES = 26, 100


def with_even_levels(mel: np.ndarray, voiced: Sequence[tuple[float, float]]) -> np.ndarray:
    """Raise the soft voices of a window; one without them is returned as it is.

    Args:
        mel: log-mel features of the window, shape (mels, frames), without padding.
        voiced: (start, end) of the regions of speech, in seconds from the window's start.
    """
    has_voice = np.zeros(mel.shape[1], bool)
    for start, end in voiced:
        has_voice[round(start * FRAMES_PER_SECOND) : round(end * FRAMES_PER_SECOND)] = True
    if not has_voice.any():
        return mel
    frames, raised = loudness(mel), mel.copy()
    loud = float(np.percentile(frames[has_voice], 90))
    is_loud = has_voice & (frames > loud - _MIN_SOFTER)
    near_loud = sliding_window_view(np.pad(is_loud, _NEAR_FRAMES), 2 * _NEAR_FRAMES + 1).any(axis=1)
    edges = np.flatnonzero(np.diff(np.pad(~near_loud, 1).astype(np.int8))).tolist()
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        stretch = slice(max(0, first - _NEAR_FRAMES), end + _NEAR_FRAMES)
        voice = frames[stretch][has_voice[stretch]]
        if len(voice) >= _MIN_VOICE_FRAMES:
            raised[:, stretch] += loud - np.float32(np.percentile(voice, 90))
    return raised
