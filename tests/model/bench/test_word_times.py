"""Times of words: what counts as the same word, and the measures of the table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.recordings.corpus import Clip, concatenated, variants, wav
from bench.word_times import WordTimes


def test_word_times_compare_words_of_reference_and_hypothesis() -> None:
    times = WordTimes()
    reference = [("he", 0.5, 0.7), ("had", 0.7, 1.0), ("leisure", 1.5, 2.0), ("then", 2.0, 2.3)]

    times.add(reference, [("He", 0.52, 0.7), ("had,", 0.66, 1.1), ("pleasure", 1.5, 2.0), ("then.", 2.1, 2.3)], "en")

    line = times.line()
    assert (line["words"], line["compared"]) == (4, 3)
    assert [round(1000 * error) for error in times.starts] == [20, -40, 100]
    assert [round(1000 * error) for error in times.ends] == [0, 100, 0]
    assert (line["start_median"], line["start_p95"], line["start_shift"]) == (40, 94, 20)
    assert [round(1000 * error) for error in times.starts_after_pause] == [20]


def test_word_times_count_impossible_times() -> None:
    times = WordTimes()

    times.add([], [("a", 1.0, 1.0), ("b", 1.2, 1.5), ("c", 1.4, 1.6), ("d", 1.3, 1.7)], "en")

    line = times.line()
    assert (line["zero_length"], line["backwards"], line["overlapping"]) == (1, 1, 2)
    assert line["start_median"] == ""


def test_words_move_with_their_clip_in_joined_file(tmp_path: Path) -> None:
    clips = [
        Clip(wav(tmp_path / f"{n}.wav", np.zeros(16000 * n, np.int16)), "en", n, "a", words=(("a", 0.25, 0.5),))
        for n in (1, 2)
    ]

    (joined,) = concatenated(clips, 1, 60, tmp_path)

    (first, second) = joined.words
    assert first == ("a", 0.25, 0.5)
    length = next(n for n in (1, 2) if n + 0.25 <= second[1] - 0.25 <= n + 0.9)
    assert second[2] - second[1] == pytest.approx(0.25)
    assert joined.seconds > 3 > length


def test_words_move_with_delay_of_variant(tmp_path: Path) -> None:
    tone = np.zeros(16000, np.int16)
    tone[4000:8000] = 20000
    clip = Clip(wav(tmp_path / "tone.wav", tone), "en", 1, "a", words=(("a", 0.25, 0.5),))

    _, changed = variants([clip], 2, tmp_path)

    delay = changed.seconds - 1
    assert delay > 0
    assert changed.words[0][1:] == pytest.approx((0.25 + delay, 0.5 + delay))
