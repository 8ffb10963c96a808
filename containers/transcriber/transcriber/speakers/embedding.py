"""Embedding: snippets of one voice, of at most 2 s, and their vectors."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.speakers.features import FRAME_SAMPLES, STEP_SAMPLES, log_mel_energies
from transcriber.speakers.model import VECTOR_SIZE, SpeakerModel

SNIPPET_SECONDS = 2.0  # longest snippet; those of a stretch have one length and follow one another
# Seconds of stretches in which snippets overlap, at a cost: an unnoticed change of voice is likelier in them than in
# short ones. On a real call three of 73 words were wrong without overlap, one with it. Synthetic conversations do not
# show it.
_OVERLAPPING_FROM, _OVERLAPPING_TO = 3.0, 5.0
_OVERLAPPING_SECONDS, _OVERLAPPING_STEP = 1.5, 1.25  # their length; from one to the next at most
MIN_SECONDS = 0.35  # a shorter stretch has no vector of its own
SHORTEST_WITH_WORDS = 1.0  # seconds of a stretch from which words are looked for in it
_WORD_SECONDS = (0.3, 0.8)  # shortest and longest word between pauses; up to 1.0 costs a half more
_LEVEL_SAMPLES = 160
_PAUSE_LEVELS, _PAUSE_DECIBELS = 8, 25.0  # a pause lasts at least 80 ms, and is this much below the loud parts
_MARGIN_SAMPLES = 240  # after a snippet, so that its last frame is whole
_MIN_SAMPLES = FRAME_SAMPLES + 30 * STEP_SAMPLES
_FULL_FRAMES = 195  # of a snippet of 2 s
_FRAME_STEP = 15  # shorter snippets are cut to a multiple of this, so that batches of one length fill
_BATCH = 4  # snippets a call; 8 are as fast and take 20 MB more, 32 take 200 (measured)


@dataclass(frozen=True)
class Snippet:
    """Part of a stretch, in seconds from the start of the stream, and its vector, shape (VECTOR_SIZE,).

    `share` is the part of its seconds that counts as speech: a stretch's snippets overlap, and have its length in all.
    `word` says that it is a word between two pauses inside a stretch, whose snippets are longer and hear it too.
    """

    start: float
    end: float
    vector: np.ndarray
    share: float = 1.0
    word: bool = False

    @property
    def seconds(self) -> float:
        """Length."""
        return self.end - self.start


@dataclass(frozen=True)
class _Pending:
    start: float
    end: float
    share: float
    word: bool
    energies: np.ndarray


class Embedding:
    """Makes vectors; snippets of like length wait for each other and go through the network together."""

    def __init__(self, model: SpeakerModel) -> None:
        self._model = model
        self._pending: dict[int, list[_Pending]] = {}
        self._snippets: list[Snippet] = []

    def add(self, start: float, end: float, samples: np.ndarray, offset: int) -> None:
        """Add a stretch of one voice.

        Args:
            start: its start, in seconds.
            end: its end, in seconds.
            samples: audio around it.
            offset: position of the first of `samples` in the stream.
        """
        times = snippet_times(start, end)
        share = (end - start) / sum(last - first for first, last in times) if times else 0.0
        for first, last in times:
            self._add(first, last, samples, offset, share=share)
        if times and end - start > SHORTEST_WITH_WORDS:
            inside = samples[max(0, int(start * SAMPLE_RATE) - offset) : int(end * SAMPLE_RATE) - offset]
            for first, last in word_times(inside):
                self._add(start + first, start + last, samples, offset, share=0.0, word=True)

    def _add(
        self, first: float, last: float, samples: np.ndarray, offset: int, *, share: float, word: bool = False
    ) -> None:
        begin = int(first * SAMPLE_RATE) - offset
        part = samples[max(0, begin) : int(last * SAMPLE_RATE) - offset + _MARGIN_SAMPLES]
        energies = log_mel_energies(np.pad(part, (0, max(0, _MIN_SAMPLES - len(part)))))
        frames = min(len(energies) // _FRAME_STEP * _FRAME_STEP, _FULL_FRAMES)
        frames = _FULL_FRAMES if len(energies) >= _FULL_FRAMES else frames
        waiting = self._pending.setdefault(frames, [])
        waiting.append(_Pending(first, last, share, word, energies[:frames]))
        if len(waiting) == _BATCH:
            self._run(frames)

    def take(self) -> list[Snippet]:
        """Return all snippets that were added since the last call, in order."""
        for frames in list(self._pending):
            self._run(frames)
        snippets, self._snippets = self._snippets, []
        return sorted(snippets, key=lambda snippet: snippet.start)

    def _run(self, frames: int) -> None:
        pending = self._pending.pop(frames)
        vectors = self._model.embed(np.stack([each.energies for each in pending]))
        self._snippets += [
            Snippet(p.start, p.end, vector, p.share, p.word) for p, vector in zip(pending, vectors, strict=True)
        ]


def snippet_times(start: float, end: float) -> list[tuple[float, float]]:
    """Return start and end of the snippets of a stretch, which cover it. A short stretch has none."""
    seconds = end - start
    if seconds < MIN_SECONDS:
        return []
    if _OVERLAPPING_FROM <= seconds < _OVERLAPPING_TO:
        last = end - _OVERLAPPING_SECONDS
        count = int(np.ceil((last - start) / _OVERLAPPING_STEP)) + 1
        return [(first, first + _OVERLAPPING_SECONDS) for first in np.linspace(start, last, count).tolist()]
    return [*pairwise(np.linspace(start, end, int(np.ceil(seconds / SNIPPET_SECONDS)) + 1).tolist())]


def word_times(samples: np.ndarray) -> list[tuple[float, float]]:
    """Return start and end, in seconds, of the words between pauses: each may be another's "yes" or "mhm".

    The segmentation network often takes a word of half a second for the voice around it.
    """
    count = len(samples) // _LEVEL_SAMPLES
    levels = 10 * np.log10((samples[: count * _LEVEL_SAMPLES].reshape(count, _LEVEL_SAMPLES) ** 2).mean(1) + 1e-10)
    quiet = np.concatenate([[True], levels < np.percentile(levels, 90) - _PAUSE_DECIBELS, [True]])
    edges = np.flatnonzero(quiet[1:] != quiet[:-1])
    starts, ends = edges[::2], edges[1::2]
    if len(starts) < 2:
        return []
    is_pause = starts[1:] - ends[:-1] >= _PAUSE_LEVELS
    firsts, lasts = starts[np.concatenate([[True], is_pause])], ends[np.concatenate([is_pause, [True]])]
    seconds = _LEVEL_SAMPLES / SAMPLE_RATE
    spans = [(first * seconds, last * seconds) for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True)]
    return [(first, last) for first, last in spans if _WORD_SECONDS[0] <= last - first <= _WORD_SECONDS[1]]


def stacked(snippets: list[Snippet]) -> tuple[np.ndarray, np.ndarray]:
    """Return the vectors, shape (n, VECTOR_SIZE), and the lengths in seconds, shape (n,)."""
    if not snippets:
        return np.zeros((0, VECTOR_SIZE), np.float32), np.zeros(0)
    return np.stack([snippet.vector for snippet in snippets]), np.array([snippet.seconds for snippet in snippets])
