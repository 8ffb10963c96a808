"""Likely path: who talks in each frame, by the likeness to each speaker and a price for each change (Viterbi)."""

from __future__ import annotations

import numpy as np

_CHANGE_PRICE = 4.0  # of a change of speaker, in frames of likeness 1
_SILENT_CHANGE = 0.2  # of that price, where there is no speech


def most_likely_path(votes: np.ndarray, speech: np.ndarray) -> np.ndarray:
    """Return the speaker of each frame: most likeness, minus a price for each change (Viterbi).

    Votes are the same over many frames; the search steps from one run of equal frames to the next.

    Args:
        votes: likeness of each frame to each speaker, shape (frames, speakers).
        speech: whether there is speech, for each frame.
    """
    changed = (votes[1:] != votes[:-1]).any(1) | (speech[1:] != speech[:-1])
    starts = np.concatenate([[0], np.flatnonzero(changed) + 1])
    lengths = np.diff(np.concatenate([starts, [len(votes)]]))
    scores = votes[starts] * lengths[:, None]
    prices = np.where(speech[starts], _CHANGE_PRICE, _CHANGE_PRICE * _SILENT_CHANGE)
    best = scores[0].copy()
    origins = np.zeros(scores.shape, np.int64)
    for run in range(1, len(scores)):
        top = best.argmax()
        stays = best >= best[top] - prices[run]
        origins[run] = np.where(stays, np.arange(len(best)), top)
        best = np.where(stays, best, best[top] - prices[run]) + scores[run]
    path = np.zeros(len(scores), np.int64)
    path[-1] = best.argmax()
    for run in range(len(scores) - 1, 0, -1):
        path[run - 1] = origins[run, path[run]]
    return np.repeat(path, lengths)
