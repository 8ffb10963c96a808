"""Shards cut between two windows of the whole: they have its windows, whatever the speech around the cut."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from earshot_contract.documents.engine_profile import EngineProfile
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.whisper.windows.profile import PROFILES
from transcriber.whisper.windows.shard_windows import ShardWindows
from transcriber.whisper.windows.voice_activity import VAD_FRAME_SAMPLES
from transcriber.whisper.windows.windowing import Windower, WindowSpan

PROFILE = replace(PROFILES[EngineProfile.FAST], max_window_seconds=10.0)
CONTEXT = 400  # VAD frames around a shard


def windows_of(probabilities: np.ndarray, begin: int = 0, end: int | None = None) -> list[WindowSpan]:
    """Return the windows that begin from one VAD frame to another, with context around them, as spans of the whole."""
    first = max(0, begin - CONTEXT)
    windower = Windower(PROFILE, begin - first)
    last = len(probabilities)
    if end is not None:
        windower.end_at(end - first)
        last = min(last, end + CONTEXT)
    spans = windower.feed(probabilities[first:last]) + windower.finish((last - first) * VAD_FRAME_SAMPLES)
    by = first * VAD_FRAME_SAMPLES
    return [WindowSpan(s.start + by, s.end + by, tuple((a + by, b + by) for a, b in s.voiced)) for s in spans]


@given(st.lists(st.tuples(st.floats(0.1, 9.0), st.floats(0.4, 4.0)), min_size=2, max_size=30), st.data())
def test_shards_cut_between_windows_have_those_of_the_whole(
    speech: list[tuple[float, float]], data: st.DataObject
) -> None:
    lengths = [round(seconds * SAMPLE_RATE / VAD_FRAME_SAMPLES) for part in speech for seconds in part]
    probabilities = np.repeat([0.9, 0.0] * len(speech), lengths).astype(np.float32)
    whole = windows_of(probabilities)
    middles = [(a.voiced[-1][1] + b.voiced[0][0]) // 2 // VAD_FRAME_SAMPLES for a, b in pairwise(whole)]
    cuts = sorted(data.draw(st.sets(st.sampled_from(middles or [0]), max_size=4)) - {0})

    found = [span for a, b in pairwise([0, *cuts, None]) for span in windows_of(probabilities, a or 0, b)]

    assert found == whole


@given(st.lists(st.tuples(st.floats(0.1, 9.0), st.floats(0.4, 4.0)), min_size=2, max_size=30), st.data())
def test_cuts_in_any_pauses_leave_all_speech_to_one_shard(
    speech: list[tuple[float, float]], data: st.DataObject
) -> None:
    lengths = [round(seconds * SAMPLE_RATE / VAD_FRAME_SAMPLES) for part in speech for seconds in part]
    probabilities = np.repeat([0.9, 0.0] * len(speech), lengths).astype(np.float32)
    pauses = [sum(lengths[: n + 1]) + lengths[n + 1] // 2 for n in range(0, len(lengths) - 2, 2)]
    cuts = sorted(data.draw(st.sets(st.sampled_from(pauses), max_size=4)))

    found = [span for a, b in pairwise([0, *cuts, None]) for span in windows_of(probabilities, a or 0, b)]

    voiced = [region for span in found for region in span.voiced]
    whole = [region for span in windows_of(probabilities) for region in span.voiced]
    assert sum(b - a for a, b in voiced) == sum(b - a for a, b in whole)
    assert all(a[1] <= b[0] for a, b in pairwise(voiced))
    assert all(not (span.voiced[0][0] < cut * VAD_FRAME_SAMPLES < span.voiced[-1][1]) for span in found for cut in cuts)


def test_cut_in_speech_ends_one_window_and_begins_another() -> None:
    probabilities = np.full(900, 0.9, np.float32)
    (before,), (behind,) = windows_of(probabilities[:700], 0, 500)[-1:], windows_of(probabilities[:700], 500)
    assert before.end == behind.start == 500 * VAD_FRAME_SAMPLES


class Range:
    """A range of noise with noise around it, which is known when `AudioStream` knows it."""

    def __init__(self, blocks: list[int], before: int, behind: int) -> None:
        self._blocks, self._sizes = blocks, (before, behind)
        self.before = self.behind = np.zeros(0, np.float32)

    def __iter__(self):  # type: ignore[no-untyped-def]
        before, behind = self._sizes
        for number, size in enumerate(self._blocks):
            self.before = noise(before, 100)
            yield noise(size, number)
        self.behind = noise(behind, 101)


def noise(size: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.01, size).astype(np.float32)


@given(
    st.lists(st.integers(1, 300_000), min_size=1, max_size=4),
    st.integers(0, 200_000),
    st.integers(0, 200_000),
    st.integers(0, 600),
)
def test_samples_of_the_range_are_all_there_and_no_others(
    blocks: list[int], before: int, behind: int, more: int
) -> None:
    start = (before + more) / SAMPLE_RATE
    found = [own for _, own in ShardWindows(Range(blocks, before, behind), PROFILE, start, is_exact=True)]
    expected = [noise(size, number) for number, size in enumerate(blocks)]
    np.testing.assert_array_equal(np.concatenate(found), np.concatenate(expected))
