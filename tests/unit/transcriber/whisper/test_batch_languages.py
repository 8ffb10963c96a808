"""Languages of a batch: a requested one is checked on one window of each shard, a detected one on each stretch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from earshot_contract.documents.engine_profile import EngineProfile
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import Shard
from transcriber.whisper.batch_languages import BatchLanguages
from transcriber.whisper.batch_queue import BatchQueue
from transcriber.whisper.decoding.encoder_output import EncoderOutput
from transcriber.whisper.shard_state import ShardState
from transcriber.whisper.window import Window
from transcriber.whisper.windows.profile import PROFILES


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


class StretchModel:
    """A model that ranks a window as German and its stretches as scripted; records how long the stretches are."""

    multilingual, device = True, "cpu"

    def __init__(self, *languages: str) -> None:
        self.languages, self.seconds = languages, list[float]()

    def encode(self, mels: Sequence[np.ndarray], _: Sequence[int]) -> EncoderOutput:
        self.seconds += [mel.shape[1] / 100 for mel in mels]
        return EncoderOutput([np.zeros((250, 4), np.float32) for _ in mels])

    def detect_language(
        self, output: EncoderOutput, indices: Sequence[int], frames: int = 0
    ) -> list[list[tuple[str, float]]]:
        codes = ["de"] if output.frames[0] == 3000 else self.languages
        return [[(code, 0.99), ("fr", 0.005)] for code, _ in zip(codes, indices, strict=True)]


def parts_of(
    model: StretchModel, profile: EngineProfile, *voiced: tuple[float, float]
) -> list[tuple[str | None, float]]:
    """Detect the languages of a window; returns rival and length of each of its parts."""
    unused = S3Object("", "audio")
    shard = Shard("job", 0, 1, unused, unused, "base")
    state: ShardState[Window] = ShardState(shard, Path("audio"), (), None, PROFILES[profile])
    window = Window(state, 0.0, np.zeros((80, 1200), np.float32), voiced)
    state.add_window(window)
    state.all_windows_added(None, [])  # type: ignore[arg-type]
    languages = BatchLanguages(model, BatchQueue(8, 50))  # type: ignore[arg-type]
    parts = languages.detect([window], EncoderOutput([np.zeros((1500, 4), np.float32)])).get(0, [])
    assert state.language == "de"
    return [(part.rival_language, part.seconds) for part in parts]


def test_short_passage_in_a_sure_window_gets_its_language() -> None:
    """ "It costs $3.50." before a German sentence was written "Es kostet $3.50."."""
    model = StretchModel("en")

    assert parts_of(model, EngineProfile.ACCURATE, (0.3, 2.7), (3.1, 11.5)) == [("en", 2.9), (None, 9.1)]
    assert model.seconds == [2.9]  # the longest stretch is what the window is sure of


def test_sure_window_of_one_language_stays_whole() -> None:
    model = StretchModel("de", "de")

    assert parts_of(model, EngineProfile.ACCURATE, (0.3, 2.7), (3.1, 8.0), (8.5, 11.5)) == []
    assert len(model.seconds) == 2


@pytest.mark.parametrize(
    ("profile", "voiced"), [(EngineProfile.ACCURATE, [(0.3, 11.5)]), (EngineProfile.FAST, [(0.3, 2.7), (3.1, 11.5)])]
)
def test_sure_window_is_not_ranked_again(profile: EngineProfile, voiced: list[tuple[float, float]]) -> None:
    """A window without a pause has no stretches to rank; with short windows a ranking would be a tenth of the time."""
    model = StretchModel()

    assert parts_of(model, profile, *voiced) == []
    assert model.seconds == []
