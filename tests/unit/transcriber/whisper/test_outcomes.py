"""Outcomes: which speech without words is reported."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from transcriber.whisper import outcomes
from transcriber.whisper.words.word_alignment import AlignedWord


@pytest.mark.parametrize(("task", "between"), [("transcribe", [(11.0, 14.0)]), ("translate", [])])
def test_gap_in_a_translation_is_not_reported(task: str, between: list[tuple[float, float]]) -> None:
    state = SimpleNamespace(shard=SimpleNamespace(task=task))
    window: Any = SimpleNamespace(shard_state=state, start=10.0, voiced=((0.0, 5.0),))
    words = [AlignedWord(" words", 1, start, start + 0.5, 0.9) for start in (0.0, 0.5, 4.0, 4.5)]

    assert outcomes._unwritten(window, words, []) == between
    assert outcomes._unwritten(window, [], []) == [(10.0, 15.0)]
