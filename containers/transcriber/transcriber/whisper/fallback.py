"""The ladder: ways to decode a window, each more careful and dearer than the one before."""

from __future__ import annotations

from dataclasses import dataclass

from transcriber.whisper.log_mel import FULL_WINDOW_FRAMES


@dataclass(frozen=True)
class Attempt:
    """`frames` for the encoder, at least; `temperature` to sample at, 0 to search."""

    frames: int
    temperature: float


FIRST_ATTEMPT = Attempt(0, 0.0)
# Half of Whisper's own window cures nearly all that the short one gets wrong, for a quarter of the full one's
# time; for windows that are hardly shorter it would be no news. Of Whisper's own six temperatures three are left:
# what 0.2 cures, 0.4 does too, and on what is no speech every rung is for nothing.
_AFTER_REPETITION = (
    Attempt(1500, 0.0),
    Attempt(FULL_WINDOW_FRAMES, 0.0),
    Attempt(FULL_WINDOW_FRAMES, 0.4),
    Attempt(FULL_WINDOW_FRAMES, 0.8),
)
# Where two searches found no word, a third on a longer window finds none either, but sampling may.
_AFTER_NO_WORDS = (
    Attempt(1500, 0.0),
    Attempt(1500, 0.4),
    Attempt(FULL_WINDOW_FRAMES, 0.4),
    Attempt(FULL_WINDOW_FRAMES, 0.8),
)
_MIN_FRAME_RATIO = 1.25  # times as many frames: less, short of the full window, is not worth a rung


def next_attempt(attempt: Attempt, *, fixed_temperature: bool, no_words: bool) -> Attempt | None:
    """The rung after `rung`, with the frames that the window had there; None at the top.

    `fixed`: the temperature is given, only longer windows are left to try. `wordless`: only signs were found.
    """
    for candidate in _AFTER_NO_WORDS if no_words and not fixed_temperature else _AFTER_REPETITION:
        longer = (
            candidate.frames >= attempt.frames * _MIN_FRAME_RATIO
            or attempt.frames < FULL_WINDOW_FRAMES == candidate.frames
        )
        warmer = candidate.temperature > attempt.temperature and candidate.frames >= attempt.frames
        if (longer or warmer) and not (fixed_temperature and candidate.temperature):
            return candidate
    return None
