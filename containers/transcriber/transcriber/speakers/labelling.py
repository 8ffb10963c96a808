"""Labelling: which speaker talks in each frame of a section, and the turns that follow from it.

A frame is judged by the vector of its own snippet, or of its word between two pauses; where there is none, by the local
speakers it belongs to, which link it to the same voice's longer stretches in the same window. A Viterbi search then
avoids changes without a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from transcriber.speakers.embedding import Snippet, stacked
from transcriber.speakers.likely_path import most_likely_path
from transcriber.speakers.model import unit
from transcriber.speakers.segmentation import (
    FRAMES_A_SECOND,
    SPEAKER_SETS,
    WINDOW_FRAMES,
    SegmentationWindow,
    frame_at,
    frame_time,
)

_OWN_SECONDS = 0.45  # length of a snippet from which its own vector counts fully
_LINK_SHARE = 0.1  # of the local speakers' vote where the own vector counts fully
_LINK_COVER = 0.7  # share of a snippet in which the local speaker talks alone, for the snippet to stand for it
_SHARPNESS = 8.0  # factor of likeness before the softmax that makes confidences of it
_JOIN_FRAMES = round(0.5 * FRAMES_A_SECOND)  # a shorter silence does not separate two turns of one speaker
_MIN_FRAMES = round(0.1 * FRAMES_A_SECOND)  # a shorter turn is left out


@dataclass(frozen=True)
class Section:
    """Minutes of a stream that are labelled together; frames count from the start of the stream.

    Attributes:
        start: its first frame.
        speech: whether there is speech, for each frame.
        overlap: whether two speakers talk, for each frame.
        windows: segmentation windows that reach into it.
        snippets: snippets of its stretches, and words between pauses in them.
    """

    start: int
    speech: np.ndarray
    overlap: np.ndarray
    windows: list[SegmentationWindow]
    snippets: list[Snippet]

    @property
    def of_stretches(self) -> list[Snippet]:
        """Snippets that follow one another, without words inside them."""
        return [snippet for snippet in self.snippets if not snippet.word]

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.speech)


@dataclass(frozen=True)
class _LocalSpeaker:
    """One of up to three speakers of a window: in which of its frames they talk alone, and their snippets' mean."""

    window: SegmentationWindow
    number: int
    alone: np.ndarray
    vector: np.ndarray


@dataclass(frozen=True)
class Turn:
    """One speaker's speech from `start` to `end`, seconds from the start of the stream."""

    start: float
    end: float
    speaker: int
    confidence: float
    overlap: bool = False  # another speaker talks, too, and has the turn


def find_turns(section: Section, centres: np.ndarray) -> list[Turn]:
    """Return the turns of a section in order of time.

    Args:
        section: at least one snippet.
        centres: centres of the speakers, shape (speakers, size).
    """
    local_speakers = _local_speakers(section)
    votes = _votes(section, centres, local_speakers)
    path = most_likely_path(votes, section.speech & (np.abs(votes).sum(1) > 0))
    overlaps = _overlaps(section, path, _overlap_claims(section, centres, local_speakers))
    for start, end, before, _ in overlaps:
        path[start:end] = before
    confidences = _confidences(votes)
    turns = _turns(section, path, confidences)
    for start, end, _, after in overlaps:
        turns.append(_turn(section, start, end, after, confidences, overlap=True))
    return sorted(turns, key=lambda turn: (turn.start, turn.end))


def _votes(section: Section, centres: np.ndarray, local_speakers: Sequence[_LocalSpeaker]) -> np.ndarray:
    """Return the likeness of each frame to each speaker, shape (frames, speakers); 0 where there is none."""
    own, mass = np.zeros((section.frames, len(centres)), np.float32), np.zeros(section.frames, np.float32)
    vectors, _ = stacked(section.snippets)
    for snippet, likeness in zip(section.snippets, vectors @ centres.T, strict=True):
        start, end = _frames_of(section, snippet)
        weight = min(1.0, snippet.seconds / _OWN_SECONDS)
        if not snippet.word:
            own[start:end] += weight * likeness
            mass[start:end] += weight
    linked, count = np.zeros_like(own), np.zeros_like(mass)
    for local in local_speakers:
        first, last, inside = _part_of(section, local.window)
        alone = local.alone[inside]
        linked[first:last][alone] += centres @ local.vector
        count[first:last][alone] += 1
    own /= np.maximum(mass, 1e-6)[:, None]
    for snippet, likeness in zip(section.snippets, vectors @ centres.T, strict=True):
        if snippet.word:
            start, end = _frames_of(section, snippet)
            own[start:end] = likeness
    linked /= np.maximum(count, 1e-6)[:, None]
    trust = np.minimum(1, mass)[:, None]
    return own * trust + linked * (1 - trust + _LINK_SHARE * trust)


def _frames_of(section: Section, snippet: Snippet) -> tuple[int, int]:
    start = min(max(0, frame_at(snippet.start) - section.start), section.frames - 1)
    return start, min(section.frames, max(frame_at(snippet.end) - section.start, start + 1))


def _part_of(section: Section, window: SegmentationWindow) -> tuple[int, int, slice]:
    """Return the first and last frame of a window in its section, and what of the window that is."""
    start = window.start - section.start
    first, last = max(0, start), min(section.frames, start + WINDOW_FRAMES)
    return first, last, slice(first - start, last - start)


def _local_speakers(section: Section) -> list[_LocalSpeaker]:
    """Return the local speakers of all windows that have a snippet of their own."""
    snippets = section.of_stretches
    vectors, _ = stacked(snippets)
    starts = np.array([frame_at(snippet.start) for snippet in snippets])
    ends = np.array([frame_at(snippet.end) for snippet in snippets])
    found = []
    for window in section.windows:
        near = np.flatnonzero((ends > window.start) & (starts < window.start + WINDOW_FRAMES))
        begins = np.clip(starts[near] - window.start, 0, WINDOW_FRAMES)
        stops = np.clip(ends[near] - window.start, 0, WINDOW_FRAMES)
        active = SPEAKER_SETS[window.sets]
        single = active.sum(1) == 1
        for speaker in range(active.shape[1]):
            alone = single & active[:, speaker]
            if not alone.any():
                continue
            sums = np.concatenate([[0], np.cumsum(alone)])
            covered = sums[stops] - sums[begins]
            its_own = covered > _LINK_COVER * np.maximum(1, ends[near] - starts[near])
            if its_own.any():
                vector = unit(covered[its_own].astype(np.float32) @ vectors[near[its_own]])
                found.append(_LocalSpeaker(window, speaker, alone, vector))
    return found


def _overlaps(section: Section, path: np.ndarray, claims: np.ndarray) -> list[tuple[int, int, int, int]]:
    """Return start, end, and two different speakers, of frames in which two talk at once.

    They are those before and after, in this order. Where one speaker talks on, the second is who the local speakers
    of the windows say, else the only other one there is.
    """
    found = []
    for start, end in _runs(section.overlap):
        before, after = path[max(0, start - 2)], path[min(len(path) - 1, end + 1)]
        if before == after:
            others = claims[start:end].sum(0)
            others[before] = 0
            if others.max() > 0:
                after = others.argmax()
            elif claims.shape[1] == 2:
                after = 1 - before
        if before != after:
            found.append((start, end, int(before), int(after)))
    return found


def _overlap_claims(section: Section, centres: np.ndarray, local_speakers: Sequence[_LocalSpeaker]) -> np.ndarray:
    """Return how many windows hear each speaker with another one, shape (frames, speakers)."""
    claims = np.zeros((section.frames, len(centres)), np.int32)
    for local in local_speakers:
        first, last, inside = _part_of(section, local.window)
        active = SPEAKER_SETS[local.window.sets[inside]]
        together = active[:, local.number] & (active.sum(1) > 1)
        claims[first:last, int((centres @ local.vector).argmax())] += together
    return claims


def _confidences(votes: np.ndarray) -> np.ndarray:
    """Return how sure each frame's speaker is, shape (frames, speakers); rows add up to 1."""
    likeness = np.exp(_SHARPNESS * (votes - votes.max(1, keepdims=True)))
    return np.asarray(likeness / likeness.sum(1, keepdims=True))


def _turns(section: Section, path: np.ndarray, confidences: np.ndarray) -> list[Turn]:
    """Return the turns of a path of speakers; short silences within a turn belong to it."""
    spans: list[tuple[int, int, int]] = []  # start, end, speaker
    boundaries = np.flatnonzero(path[1:] != path[:-1]) + 1
    for start, end in _runs(section.speech):
        inside = boundaries[(boundaries > start) & (boundaries < end)].tolist()
        for first, last in zip([start, *inside], [*inside, end], strict=True):
            speaker = int(path[first])
            if spans and spans[-1][2] == speaker and first - spans[-1][1] <= _JOIN_FRAMES:
                spans[-1] = (spans[-1][0], last, speaker)
            else:
                spans.append((first, last, speaker))
    long_enough = [span for span in spans if span[1] - span[0] >= _MIN_FRAMES]
    return [_turn(section, start, end, speaker, confidences) for start, end, speaker in long_enough]


def _turn(section: Section, start: int, end: int, speaker: int, confidences: np.ndarray, overlap: bool = False) -> Turn:
    sure = float(confidences[start:end][section.speech[start:end], speaker].mean())
    first, last = (max(0.0, float(frame_time(section.start + frame))) for frame in (start, end))
    return Turn(first, last, speaker, sure, overlap)


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Return start and end of the runs of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
