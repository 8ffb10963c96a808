"""Fallback: the next way to decode a window whose hypothesis was rejected (more frames or a higher temperature)."""

from __future__ import annotations

from dataclasses import dataclass

from transcriber.whisper.windows.log_mel import FULL_WINDOW_FRAMES


@dataclass(frozen=True)
class Attempt:
    """One way to decode a window.

    Attributes:
        frames: least number of mel frames (10 ms) given to the encoder.
        temperature: sampling temperature; 0 means beam search.
    """

    frames: int
    temperature: float


FIRST_ATTEMPT = Attempt(0, 0.0)
# Attempts after a rejected hypothesis. 1,500 frames (half of Whisper's window) fix most failures of a short window at
# a quarter of the cost of 3,000. Of OpenAI's six temperatures 0.4 and 0.8 remain besides 0: 0.2 fixed nothing
# that 0.4 does not, and on audio without speech no attempt helps (docs/explanation/fallback.md).
_AFTER_WORDS = (
    Attempt(1500, 0.0),
    Attempt(FULL_WINDOW_FRAMES, 0.0),
    Attempt(FULL_WINDOW_FRAMES, 0.4),
    Attempt(FULL_WINDOW_FRAMES, 0.8),
)
# After a hypothesis without words: beam search on a longer window did not help, sampling sometimes does.
_AFTER_NO_WORDS = (
    Attempt(1500, 0.0),
    Attempt(1500, 0.4),
    Attempt(FULL_WINDOW_FRAMES, 0.4),
    Attempt(FULL_WINDOW_FRAMES, 0.8),
)
# An attempt must have this many times the frames of the last one, unless it has the full window: a window that is
# hardly longer gives the same hypothesis.
_MIN_FRAME_RATIO = 1.25


def next_attempt(attempt: Attempt, *, fixed_temperature: bool, no_words: bool) -> Attempt | None:
    """Choose the attempt that follows a rejected one.

    Args:
        attempt: the rejected attempt, with the frames that the window really had.
        fixed_temperature: the request sets the temperature, so only longer windows remain.
        no_words: the hypothesis holds punctuation only.

    Returns:
        The next attempt, or None if none is left.
    """
    for candidate in _AFTER_NO_WORDS if no_words and not fixed_temperature else _AFTER_WORDS:
        longer = (
            candidate.frames >= attempt.frames * _MIN_FRAME_RATIO
            or attempt.frames < FULL_WINDOW_FRAMES == candidate.frames
        )
        warmer = candidate.temperature > attempt.temperature and candidate.frames >= attempt.frames
        if (longer or warmer) and not (fixed_temperature and candidate.temperature):
            return candidate
    return None
