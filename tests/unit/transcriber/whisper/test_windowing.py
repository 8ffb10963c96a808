"""Windows: cut where nobody speaks, never longer than asked, nothing voiced left out."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from transcriber.audio.stream import SAMPLE_RATE
from transcriber.whisper.voice_activity import FRAME
from transcriber.whisper.windowing import Cutter, Span, encoder_frames

SECOND = SAMPLE_RATE / FRAME  # frames


def cut(probabilities: np.ndarray, longest: float = 15.0, block: int = 100) -> list[Span]:
    cutter = Cutter(longest)
    spans = [span for at in range(0, len(probabilities), block) for span in cutter.feed(probabilities[at : at + block])]
    return spans + cutter.finish(len(probabilities) * FRAME)


def track(*stretches: tuple[float, float]) -> np.ndarray:
    """(seconds, probability) after one another, as frames."""
    return np.concatenate([np.full(round(seconds * SECOND), p, np.float32) for seconds, p in stretches])


def test_silence_makes_no_window() -> None:
    assert cut(track((30, 0.05))) == []


def test_a_click_makes_no_window() -> None:
    assert cut(track((5, 0.0), (0.064, 0.9), (5, 0.0))) == []


def test_speech_is_kept_with_a_margin_on_either_side() -> None:
    (span,) = cut(track((5, 0.0), (4, 0.9), (5, 0.0)))

    assert 0.2 <= 5 - span.start / SAMPLE_RATE <= 0.4
    assert 0.2 <= span.end / SAMPLE_RATE - 9 <= 0.4
    assert [(round(a / SAMPLE_RATE, 1), round(b / SAMPLE_RATE, 1)) for a, b in span.voiced] == [(5.0, 9.0)]


def test_short_pauses_stay_within_a_window_and_long_ones_part_two() -> None:
    near = cut(track((3, 0.9), (1, 0.0), (3, 0.9), (2, 0.0)))
    far = cut(track((3, 0.9), (3, 0.0), (3, 0.9), (2, 0.0)))

    assert len(near) == 1
    assert len(near[0].voiced) == 2
    assert len(far) == 2


def test_speech_without_a_pause_is_cut_where_it_is_weakest() -> None:
    spans = cut(track((10, 0.9), (0.1, 0.4), (10, 0.9), (1, 0.0)))

    assert len(spans) == 2
    assert abs(spans[0].end / SAMPLE_RATE - 10.05) < 0.15


def test_a_full_window_ends_at_its_longest_pause_and_not_early_on() -> None:
    spans = cut(track((2, 0.9), (1.2, 0.0), (6, 0.9), (0.45, 0.0), (3, 0.9), (0.35, 0.0), (5, 0.9), (2, 0.0)))

    assert len(spans) == 2
    assert (
        abs(spans[0].voiced[-1][1] / SAMPLE_RATE - 9.2) < 0.1
    )  # before the 0.45 s, not the early 1.2 or the last 0.35


def test_of_two_long_pauses_the_later_one_ends_the_window() -> None:
    spans = cut(track((7, 0.9), (1.3, 0.0), (4, 0.9), (0.8, 0.0), (4, 0.9), (2, 0.0)))

    assert [len(span.voiced) for span in spans] == [2, 1]


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.tuples(st.floats(0.05, 20.0), st.sampled_from([0.0, 0.3, 0.45, 0.6, 0.95])), min_size=1),
    st.integers(1, 400),
)
def test_windows_hold_all_speech_in_order_without_overlap_and_no_longer_than_asked(
    stretches: list[tuple[float, float]], block: int
) -> None:
    probabilities = track(*stretches)
    spans = cut(probabilities, 10.0, block)

    assert spans == cut(probabilities, 10.0, 10**6)  # where the blocks end does not matter
    assert all(span.start < span.end <= span.start + 10.1 * SAMPLE_RATE for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    voiced = np.zeros(len(probabilities), bool)
    for span in spans:
        for start, end in span.voiced:
            assert span.start <= start < end <= span.end
            voiced[start // FRAME : end // FRAME] = True
    speaks = probabilities >= 0.5
    run = 0
    for frame, speaking in enumerate(speaks):
        run = run + 1 if speaking else 0
        assert run < 4 or voiced[frame], "four frames of speech on end are no click"


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from([0.0, 0.45, 0.9]), min_size=1, max_size=3000))
def test_what_is_settled_is_never_asked_for_again(probabilities: list[float]) -> None:
    cutter, settled = Cutter(10.0), 0
    for at in range(0, len(probabilities), 50):
        spans = cutter.feed(np.array(probabilities[at : at + 50]))
        assert all(span.start >= settled for span in spans)
        assert cutter.settled >= settled
        settled = cutter.settled
    assert all(span.start >= settled for span in cutter.finish(len(probabilities) * FRAME))


def test_encoder_windows_leave_silence_behind_and_end_at_whispers_own() -> None:
    assert all(n < encoder_frames(n, "en", "base") <= 3000 for n in range(0, 2900, 7))
    assert encoder_frames(2990, "en", "base") == 3000


def test_languages_and_models_that_were_not_tested_get_ten_seconds_at_least() -> None:
    assert encoder_frames(200, "en", "base") < 500
    assert encoder_frames(200, None, "base") < 500
    assert encoder_frames(200, "ko", "base") == 1000
    assert encoder_frames(200, "en", "small") == 1000
