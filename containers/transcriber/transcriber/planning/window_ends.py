"""Ends of windows in a stretch of a file: a cut there leaves the windows on both sides as the whole file has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest

import numpy as np

from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.whisper.windows.profile import Profile
from transcriber.whisper.windows.voice_activity import VAD_FRAME_SAMPLES
from transcriber.whisper.windows.windowing import Windower


def window_ends(probabilities: np.ndarray, begins: Sequence[int], after: int, profile: Profile) -> list[int]:
    """Return where windows of the whole file end, most probably: VAD frames, each in a pause.

    A windower's windows depend on where the one before began, which a stretch does not say. So one windower begins
    behind each pause of the stretch's first half minute: one of these begins as a window of the file does, and after
    some windows nearly all have the same ones. The ends that the largest number of them share are returned.

    Args:
        probabilities: probabilities of speech, shape (VAD frames,).
        begins: VAD frames at which a window may begin.
        after: earlier frames are not returned.
        profile: decides how long windows are.
    """
    votes: Counter[int] = Counter()
    for begin in begins:
        windower = Windower(profile)
        spans = windower.feed(probabilities[begin:])
        for span, following in zip_longest(spans, spans[1:]):
            last = span.voiced[-1][1]
            # The next window is not there yet: the pause is at least as long as a margin.
            first = following.voiced[0][0] if following else max(span.end, last + VAD_FRAME_SAMPLES)
            votes[begin + (last + first) // 2 // VAD_FRAME_SAMPLES] += 1
    late = {frame: count for frame, count in votes.items() if frame >= after}
    maximum = max(late.values(), default=0)
    return sorted(frame for frame, count in late.items() if count == maximum)


def frames_of(seconds: float) -> int:
    """Return the number of VAD frames in a time."""
    return int(seconds * SAMPLE_RATE / VAD_FRAME_SAMPLES)
