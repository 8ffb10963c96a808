"""Pauses: at which packet a stretch of audio is cut, by its speech probabilities; if it has no pause, by ADR 0027."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from transcriber.whisper.windows.voice_activity import SPEECH_OFF

_MIN_PAUSE_SECONDS = 0.3  # shorter ones are within words, too
_LONG_PAUSE_SECONDS = 0.6  # from here on pauses count as equal: the one nearest to the target is taken
_NEAR_SECONDS = 0.1  # between a packet and the end of a window, at most: both are in the same quiet moment
_MARGIN_SECONDS = 0.1  # between the cut and speech, at least: soft first and last sounds are below the threshold


def choose_cut(
    probabilities: np.ndarray,
    frame_seconds: float,
    packets: Sequence[float],
    target: float,
    among: Sequence[float] | None = None,
) -> int | None:
    """Return the index of the packet that begins in the best pause; None if there is none.

    Args:
        probabilities: probabilities of speech, shape (VAD frames,).
        frame_seconds: length of a VAD frame.
        packets: when each packet begins, in seconds like `target`, which count from the first VAD frame.
        target: where the cut would be without speech.
        among: seconds in pauses: only these pauses are taken; None: all.
    """
    best: tuple[float, float, int] | None = None
    starts = np.asarray(packets)
    for begin, end in pauses(probabilities, frame_seconds):
        if among is not None and not any(begin <= seconds <= end for seconds in among):
            continue
        inside = np.flatnonzero((starts >= begin + _MARGIN_SECONDS) & (starts <= end - _MARGIN_SECONDS))
        if not len(inside):
            continue
        # The middle of a short pause; of a long one, which may be music, the part that is near.
        reach = max(0.0, (end - begin) / 2 - _LONG_PAUSE_SECONDS)
        middle = (begin + end) / 2
        near = min(max(target, middle - reach), middle + reach)
        packet = int(inside[np.abs(starts[inside] - near).argmin()])
        rank = (min(end - begin, _LONG_PAUSE_SECONDS), -abs(float(starts[packet]) - target), packet)
        best = rank if best is None else max(best, rank)
    return best[2] if best else None


def choose_weakest(
    probabilities: np.ndarray, frame_seconds: float, packets: Sequence[float], target: float, ends: Sequence[float]
) -> int | None:
    """Return the index of the packet at which speech without a pause is cut; None if there is none.

    A whole file's windows end in such speech, too, every half minute, each where speech is least probable, and the next
    one begins there. A cut at that place changes nothing. If no packet begins there, which happens where packets are
    long, the one is taken that begins in the quietest moment.

    Args:
        probabilities: probabilities of speech, shape (VAD frames,).
        frame_seconds: length of a VAD frame.
        packets: when each packet begins, in seconds from the first VAD frame.
        target: where the cut would be without speech, like `packets`.
        ends: at which windows end, like `packets`.
    """
    if not len(packets):
        return None
    starts = np.asarray(packets)
    nearest = [int(np.abs(starts - end).argmin()) for end in ends]
    close = [n for n, end in zip(nearest, ends, strict=True) if abs(float(starts[n]) - end) <= _NEAR_SECONDS]
    if close:
        return min(close, key=lambda n: abs(float(starts[n]) - target))
    smoothed = np.convolve(probabilities, np.ones(3) / 3, "same")  # as a windower does
    quiet = smoothed[np.clip((starts / frame_seconds).astype(int), 0, len(smoothed) - 1)]
    lowest = np.flatnonzero((quiet < SPEECH_OFF) & (quiet == quiet.min()))
    return int(lowest[np.abs(starts[lowest] - target).argmin()]) if len(lowest) else None


def pauses(probabilities: np.ndarray, frame_seconds: float) -> list[tuple[float, float]]:
    """Return start and end of each pause, in seconds; the stretch's own edges end none: what follows is not known."""
    quiet = np.concatenate([[False], probabilities < SPEECH_OFF, [False]])
    edges = np.flatnonzero(np.diff(quiet.astype(np.int8)))
    found = [(float(a) * frame_seconds, float(b) * frame_seconds) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return [(begin, end) for begin, end in found if end - begin >= _MIN_PAUSE_SECONDS]
