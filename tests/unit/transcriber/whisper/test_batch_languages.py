"""Languages of a batch: a requested language is checked on one window of each shard."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from transcriber.whisper.batch_languages import BatchLanguages
from transcriber.whisper.batch_queue import BatchQueue
from transcriber.whisper.decoding.encoder_output import EncoderOutput


class CountingModel:
    """Hears Spanish everywhere, and counts the windows that it was asked for."""

    multilingual = True

    def __init__(self) -> None:
        self.windows = 0

    def detect_language(self, encoder_output: EncoderOutput, indices: Sequence[int]) -> list[list[tuple[str, float]]]:
        self.windows += len(indices)
        return [[("es", 0.99), ("en", 0.01)] for _ in indices]


class State(SimpleNamespace):
    """The state of a shard; each is another key."""

    __hash__ = object.__hash__


def window_of(state: Any) -> Any:
    return SimpleNamespace(
        shard_state=state,
        language="en",
        language_ranking=(),
        voiced_seconds=10.0,
        doubtful=False,
        own_language=None,
        rival_language=None,
        seconds=10.0,
    )


def test_requested_language_is_checked_once_for_a_shard() -> None:
    states = [
        State(
            profile=SimpleNamespace(checks_language=True),
            detects_language=False,
            language_is_checked=False,
            unknown_language=[],
            other_languages=set(),
            shard=SimpleNamespace(languages=()),
        )
        for _ in range(2)
    ]
    batch = [window_of(state) for state in (states[0], states[1], states[0], states[0])]
    model: Any = CountingModel()
    hypotheses: Any = {i: SimpleNamespace(avg_logprob=-0.1, no_speech_prob=0.0, text="text") for i in range(4)}
    languages = BatchLanguages(model, BatchQueue(8, 50))

    for _ in range(2):
        languages.note_others(batch, EncoderOutput([np.zeros((500, 4), np.float32)] * 4), hypotheses)

    assert model.windows == 2
    assert [state.other_languages for state in states] == [{"es"}, {"es"}]


def test_speech_of_no_language_is_noted_with_its_times() -> None:
    state = State(
        profile=SimpleNamespace(checks_language=False),
        detects_language=True,
        unknown_language=[],
        other_languages=set(),
        shard=SimpleNamespace(languages=()),
    )
    window = window_of(state)
    window.start, window.voiced, window.language_ranking = 60.0, [(1.0, 2.0), (3.0, 4.5)], [("en", 0.3)]
    hypotheses: Any = {0: SimpleNamespace(avg_logprob=-1.5, no_speech_prob=0.0, text="text")}
    model: Any = CountingModel()

    BatchLanguages(model, BatchQueue(8, 50)).note_others(
        [window], EncoderOutput([np.zeros((500, 4), np.float32)]), hypotheses
    )

    assert state.unknown_language == [(61.0, 64.5)]
