"""Outcomes: which speech without words is reported, and which is decoded again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from transcriber.whisper import outcomes
from transcriber.whisper.decoding.quality_checks import Hypothesis
from transcriber.whisper.window import Window
from transcriber.whisper.words.timestamp_segments import TokenSegment
from transcriber.whisper.words.word_alignment import AlignedWord


@pytest.mark.parametrize(("task", "between"), [("transcribe", [(11.0, 14.0)]), ("translate", [])])
def test_gap_in_a_translation_is_not_reported(task: str, between: list[tuple[float, float]]) -> None:
    state = SimpleNamespace(shard=SimpleNamespace(task=task))
    window: Any = SimpleNamespace(shard_state=state, start=10.0, voiced=((0.0, 5.0),))
    words = [AlignedWord(" words", 1, start, start + 0.5, 0.9) for start in (0.0, 0.5, 4.0, 4.5)]

    assert outcomes._unwritten(window, words, []) == between
    assert outcomes._unwritten(window, [], []) == [(10.0, 15.0)]


@pytest.mark.parametrize(("was_repeated", "rest"), [(True, [2.75]), (False, [])])
def test_round_left_out_of_a_repeating_text_is_decoded(was_repeated: bool, rest: list[float]) -> None:
    """A text with many rounds compresses as a loop does, but these were said: it lacks the fifth, from 3 s on."""
    state: Any = SimpleNamespace(shard=SimpleNamespace(task="transcribe", word_timestamps=True))
    window = Window(state, 0.0, np.zeros((80, 500), np.float32), ((0.0, 2.0), (3.0, 4.8)))
    rounds = Hypothesis([0] * 4, " again and again and", -0.1, 0.1, 3.1, 0.0, 4, hit_token_limit=False)
    words = [AlignedWord(" again", 1, 0.5 * i, 0.5 * i + 0.5, 0.9) for i in range(4)]
    model: Any = SimpleNamespace(timestamp_begin=100, text=lambda tokens: " again" * len(tokens))

    outcome = outcomes.OutcomeMaker(model)._outcome(
        window, rounds, [TokenSegment(0.0, 2.0, [0] * 4)], [words], was_repeated=was_repeated
    )

    assert [window.start for window in outcome.remainders] == rest
