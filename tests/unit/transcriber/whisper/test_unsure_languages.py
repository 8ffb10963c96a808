"""An unsure detection: the texts in the two most probable languages decide, where the first of them is doubtful."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from earshot_contract.documents.engine_profile import EngineProfile
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import Shard
from tests.fixtures.rows import each_row
from transcriber.whisper.batch_queue import BatchQueue
from transcriber.whisper.batch_worker import BatchWorker, _request
from transcriber.whisper.decoding.decode_request import DecodeRequest
from transcriber.whisper.decoding.encoder_output import EncoderOutput
from transcriber.whisper.decoding.quality_checks import Hypothesis
from transcriber.whisper.languages import language_choice
from transcriber.whisper.shard_state import ShardState
from transcriber.whisper.window import Window
from transcriber.whisper.windows.profile import PROFILES

TEXT = Hypothesis([1] * 9, "the trend is upward again", -0.5, 0.0, 0.9, 0.0, 9, hit_token_limit=False)
LOOP = replace(TEXT, text="第二天,第二天,第二天,第二天", avg_logprob=-0.25, compression_ratio=7.9, hit_token_limit=True)
GUESS = replace(TEXT, text="这位置要有我们的", avg_logprob=-1.4)
UNSURE = [("zh", 0.65), ("en", 0.22), ("ja", 0.05)]


class Model:
    """A model with a scripted ranking of languages and one hypothesis for each; records the languages it decoded in."""

    multilingual = True

    def __init__(self, ranking: Sequence[tuple[str, float]], hypotheses: dict[str, Hypothesis]) -> None:
        self.ranking, self.hypotheses, self.decoded = ranking, hypotheses, list[str]()

    def detect_language(
        self, _: EncoderOutput, indices: Sequence[int], frames: int = 0
    ) -> list[list[tuple[str, float]]]:
        return [list(self.ranking) for _ in indices]

    def generate(self, _: EncoderOutput, __: Any, requests: Sequence[DecodeRequest], **___: Any) -> list[Hypothesis]:
        self.decoded += [request.language for request in requests]
        return [self.hypotheses[request.language] for request in requests]


def decode(model: Any, profile: EngineProfile, windows: int = 1, **options: Any) -> tuple[ShardState[Window], str]:
    """Detect the language of a shard of `windows` windows and decode the first; returns its text, too."""
    unused = S3Object("", "audio")
    shard = Shard("job", 0, 1, unused, unused, "base", **options)
    state: ShardState[Window] = ShardState(shard, Path("audio"), (), None, PROFILES[profile])
    mel = np.zeros((80, 600), np.float32)
    batch = [Window(state, 10.0 * n, mel, ((0.5, 5.5),)) for n in range(windows)]
    for window in batch:
        state.add_window(window)
    state.all_windows_added(None, [])  # type: ignore[arg-type]
    worker = BatchWorker(model, BatchQueue(8, 50), lambda _: None)
    output = EncoderOutput([np.zeros((1500, 4), np.float32)] * windows)
    worker._languages.detect(batch, output)
    return state, worker._decode(batch, {0: _request(batch[0])}, output)[0].text


@pytest.mark.parametrize("profile", EngineProfile)
@each_row("first", [LOOP, GUESS])
def test_text_of_the_runner_up_replaces_a_doubtful_one(profile: EngineProfile, first: Hypothesis) -> None:
    state, text = decode(Model(UNSURE, {"zh": first, "en": TEXT}), profile)

    assert (text, state.language, state.language_probability) == (TEXT.text, "en", 0.22)


@each_row(
    ("ranking", "first", "second"),
    [
        (UNSURE, GUESS, LOOP),
        (UNSURE, replace(TEXT, avg_logprob=-0.55), TEXT),  # hardly better
        (UNSURE, LOOP, replace(TEXT, avg_logprob=-0.9)),  # a guess; another attempt may mend the loop
        (
            UNSURE,
            replace(TEXT, text="next", text_tokens=1),
            replace(TEXT, text="Next", text_tokens=1, avg_logprob=-0.2),
        ),
    ],
)
def test_first_language_stays_where_the_runner_up_is_no_better(
    ranking: Any, first: Hypothesis, second: Hypothesis
) -> None:
    state, text = decode(Model(ranking, {"zh": first, "en": second}), EngineProfile.ACCURATE)

    assert (text, state.language) == (first.text, "zh")


@each_row(
    ("ranking", "first", "options", "windows"),
    [
        ([("zh", 0.81), ("en", 0.15)], GUESS, {}, 1),  # sure
        (UNSURE, replace(TEXT, avg_logprob=-0.25), {}, 1),  # a text that fits
        ([("zh", 0.65), ("en", 0.09)], GUESS, {}, 1),  # no likely runner-up
        (UNSURE, GUESS, {"languages": ["zh", "ko"]}, 1),  # not allowed
        (UNSURE, GUESS, {"task": "translate"}, 1),  # all in English
        (UNSURE, GUESS, {}, 2),  # a vote of several windows
    ],
)
def test_others_are_decoded_in_one_language(
    ranking: Any, first: Hypothesis, options: dict[str, Any], windows: int
) -> None:
    model = Model(ranking, {"zh": first, "en": TEXT})

    state, text = decode(model, EngineProfile.ACCURATE, windows, **options)

    assert (text, state.language, model.decoded) == (first.text, "zh", ["zh"])


@each_row(
    ("one", "other"),
    [("no", "da"), ("da", "no"), ("pt", "gl"), ("gl", "es"), ("es", "gl"), ("ur", "hi"), ("hi", "ur"), ("uk", "ru")],
)
def test_detection_alone_decides_between_close_languages(one: str, other: str) -> None:
    assert language_choice.runner_up([(one, 0.5), (other, 0.4), ("en", 0.1)], one, []) is None


def test_runner_up_is_the_next_of_the_allowed() -> None:
    ranking = [("cy", 0.4), ("en", 0.3), ("de", 0.2), ("fr", 0.1)]

    assert language_choice.runner_up(ranking, "cy", []) == "en"
    assert language_choice.runner_up(ranking, "de", ["de", "fr"]) == "fr"
    assert language_choice.runner_up(ranking, "de", ["de"]) is None
