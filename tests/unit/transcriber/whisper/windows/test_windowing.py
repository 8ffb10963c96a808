"""Windowing: windows hold all speech, are split at pauses, and never exceed the maximum length."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot_contract.documents.engine_profile import EngineProfile
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.whisper.windows.profile import PROFILES, Profile
from transcriber.whisper.windows.voice_activity import VAD_FRAME_SAMPLES
from transcriber.whisper.windows.windowing import Windower, WindowSpan, encoder_frames

SECOND = SAMPLE_RATE / VAD_FRAME_SAMPLES  # frames
ACCURATE, FAST = PROFILES[EngineProfile.ACCURATE], PROFILES[EngineProfile.FAST]


def windows_of(
    probabilities: np.ndarray, max_seconds: float = 15.0, block: int = 100, profile: Profile = FAST
) -> list[WindowSpan]:
    windower = Windower(replace(profile, max_window_seconds=max_seconds))
    spans = [
        span for at in range(0, len(probabilities), block) for span in windower.feed(probabilities[at : at + block])
    ]
    return spans + windower.finish(len(probabilities) * VAD_FRAME_SAMPLES)


def probabilities_of(*parts: tuple[float, float]) -> np.ndarray:
    """(seconds, probability) after one another, as VAD frames."""
    return np.concatenate([np.full(round(seconds * SECOND), p, np.float32) for seconds, p in parts])


def test_silence_yields_no_window() -> None:
    assert windows_of(probabilities_of((30, 0.05))) == []


def test_click_yields_no_window() -> None:
    assert windows_of(probabilities_of((5, 0.0), (0.064, 0.9), (5, 0.0))) == []


def test_window_has_margin_on_both_sides() -> None:
    (span,) = windows_of(probabilities_of((5, 0.0), (4, 0.9), (5, 0.0)))

    assert 0.2 <= 5 - span.start / SAMPLE_RATE <= 0.4
    assert 0.2 <= span.end / SAMPLE_RATE - 9 <= 0.4
    assert [(round(a / SAMPLE_RATE, 1), round(b / SAMPLE_RATE, 1)) for a, b in span.voiced] == [(5.0, 9.0)]


def test_only_long_pause_starts_new_window() -> None:
    near = windows_of(probabilities_of((3, 0.9), (1, 0.0), (3, 0.9), (2, 0.0)))
    far = windows_of(probabilities_of((3, 0.9), (3, 0.0), (3, 0.9), (2, 0.0)))

    assert len(near) == 1
    assert len(near[0].voiced) == 2
    assert len(far) == 2


@pytest.mark.parametrize(
    ("first_seconds", "pause", "profile", "expected"),
    [
        (4, 2.5, ACCURATE, 1),  # a whole encoding for four seconds of speech would be a waste
        (4, 2.5, FAST, 2),  # its encodings are as short as the speech
        (4, 3.5, ACCURATE, 2),
        (12, 2.5, ACCURATE, 2),  # long enough: the pause is left out
        (12, 1.2, ACCURATE, 1),
    ],
)
def test_short_accurate_window_goes_on_over_pause(
    first_seconds: float, pause: float, profile: Profile, expected: int
) -> None:
    probabilities = probabilities_of((first_seconds, 0.9), (pause, 0.0), (4, 0.9), (5, 0.0))

    assert len(windows_of(probabilities, 28.0, profile=profile)) == expected


def test_speech_without_pause_splits_at_lowest_probability() -> None:
    spans = windows_of(probabilities_of((10, 0.9), (0.1, 0.4), (10, 0.9), (1, 0.0)))

    assert len(spans) == 2
    assert abs(spans[0].end / SAMPLE_RATE - 10.05) < 0.15


def test_full_window_splits_at_longest_late_pause() -> None:
    spans = windows_of(
        probabilities_of((2, 0.9), (1.2, 0.0), (6, 0.9), (0.45, 0.0), (3, 0.9), (0.35, 0.0), (5, 0.9), (2, 0.0))
    )

    assert len(spans) == 2
    assert (
        abs(spans[0].voiced[-1][1] / SAMPLE_RATE - 9.2) < 0.1
    )  # before the 0.45 s, not the early 1.2 or the last 0.35


def test_full_window_splits_at_later_of_two_long_pauses() -> None:
    spans = windows_of(probabilities_of((7, 0.9), (1.3, 0.0), (4, 0.9), (0.8, 0.0), (4, 0.9), (2, 0.0)))

    assert [len(span.voiced) for span in spans] == [2, 1]


@given(
    st.lists(st.tuples(st.floats(0.05, 20.0), st.sampled_from([0.0, 0.3, 0.45, 0.6, 0.95])), min_size=1),
    st.integers(1, 400),
)
def test_windows_cover_all_speech_in_order_within_max_length(parts: list[tuple[float, float]], block: int) -> None:
    probabilities = probabilities_of(*parts)
    spans = windows_of(probabilities, 10.0, block)

    assert spans == windows_of(probabilities, 10.0, 10**6)  # independent of the block size
    assert all(span.start < span.end <= span.start + 10.1 * SAMPLE_RATE for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    voiced = np.zeros(len(probabilities), bool)
    for span in spans:
        for start, end in span.voiced:
            assert span.start <= start < end <= span.end
            voiced[start // VAD_FRAME_SAMPLES : end // VAD_FRAME_SAMPLES] = True
    speaks = probabilities >= 0.5
    run = 0
    for frame, speaking in enumerate(speaks):
        run = run + 1 if speaking else 0
        assert run < 4 or voiced[frame], "four frames of speech in a row are no click"


@given(st.lists(st.sampled_from([0.0, 0.45, 0.9]), min_size=1, max_size=3000))
def test_spans_never_start_before_consumed_samples(probabilities: list[float]) -> None:
    windower, consumed = Windower(replace(FAST, max_window_seconds=10.0)), 0
    for at in range(0, len(probabilities), 50):
        spans = windower.feed(np.array(probabilities[at : at + 50]))
        assert all(span.start >= consumed for span in spans)
        assert windower.consumed_samples >= consumed
        consumed = windower.consumed_samples
    assert all(span.start >= consumed for span in windower.finish(len(probabilities) * VAD_FRAME_SAMPLES))


def test_encoder_frames_leave_silence_up_to_full_window() -> None:
    assert all(n < encoder_frames(n, "en", "base", FAST) <= 3000 for n in range(0, 2900, 7))
    assert encoder_frames(2990, "en", "base", FAST) == 3000


def test_encoder_frames_of_untested_language_are_at_least_1000() -> None:
    assert encoder_frames(200, "en", "base", FAST) == 600
    assert encoder_frames(200, None, "base", FAST) == 600
    assert encoder_frames(590, "en", "base", FAST) == 700
    assert encoder_frames(200, "ko", "base", FAST) == 1000
    assert encoder_frames(200, "fr", "base", FAST) == 1000
    assert encoder_frames(200, "en", "small", FAST) == 1000


def test_accurate_profile_encodes_whole_windows() -> None:
    assert encoder_frames(200, "en", "base", ACCURATE) == 3000
    assert encoder_frames(2900, "en", "base", ACCURATE) == 3000
    assert encoder_frames(1000, "en", "large-v3-turbo", ACCURATE) == 3000
    assert encoder_frames(1000, "ko", "base", ACCURATE) == 3000
    assert encoder_frames(1000, None, "base", ACCURATE) == 3000


def test_accurate_profile_encodes_20_s_from_5_s_of_audio_on() -> None:
    assert encoder_frames(499, "en", "base", ACCURATE) == 3000
    assert encoder_frames(500, "en", "base", ACCURATE) == 2000
    assert encoder_frames(500, "fr", "base", ACCURATE) == 2000
    assert encoder_frames(500, "pl", "base", ACCURATE) == 3000
    assert encoder_frames(1900, "de", "base", ACCURATE) == 2000
    assert encoder_frames(1901, "de", "base", ACCURATE) == 2050


def test_profile_sets_margin_and_inner_pause() -> None:
    windower = Windower(replace(ACCURATE, margin_seconds=1.0, max_inner_pause_seconds=4.0))
    probabilities = probabilities_of((3, 0.0), (3, 0.9), (3, 0.0), (3, 0.9), (5, 0.0))

    (span,) = windower.feed(probabilities) + windower.finish(len(probabilities) * VAD_FRAME_SAMPLES)

    assert (round(span.start / SAMPLE_RATE, 1), round(span.end / SAMPLE_RATE, 1)) == (2.0, 13.0)
