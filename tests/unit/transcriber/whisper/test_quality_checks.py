"""Guards: each rule on its own, and what speech must not trip."""

from __future__ import annotations

from dataclasses import replace

import pytest

from transcriber.whisper import quality_checks
from transcriber.whisper.quality_checks import Hypothesis

GOOD = Hypothesis(
    tokens=[1] * 12,
    text="the best emetic is that which is at hand",
    logprob=-0.2,
    no_speech=0.01,
    compression=0.9,
    temperature=0.0,
    spoken=12,
    capped=False,
)


def test_plain_speech_is_believed() -> None:
    assert quality_checks.safe(GOOD, 3.0)
    assert quality_checks.straight(GOOD)
    assert not quality_checks.silent(GOOD)


@pytest.mark.parametrize(
    "fault",
    [
        {"compression": 2.5},
        {"logprob": -1.1},
        {"capped": True},
        {"spoken": 60},
        {"text": "― ― ―"},
        {"text": "And folks are all asleep. And folks are all asleep."},
    ],
)
def test_each_fault_alone_is_refused(fault: dict[str, object]) -> None:
    assert not quality_checks.safe(replace(GOOD, **fault), 3.0)  # type: ignore[arg-type]


def test_a_mumble_is_let_pass_where_a_longer_window_was_asked_and_a_loop_is_not() -> None:
    mumble = replace(GOOD, logprob=-1.1)

    assert quality_checks.safe(mumble, 3.0, guessing=True)
    assert not quality_checks.safe(replace(mumble, compression=2.5), 3.0, guessing=True)
    assert not quality_checks.safe(replace(mumble, spoken=60), 3.0, guessing=True)


@pytest.mark.parametrize(
    ("text", "loops"),
    [
        ("no no no no, that is it", False),
        ("very, very good and very, very kind", False),
        ("who then was the reciter who then was the reciter", True),
        ("これは本です。これは本です。これは本です。", True),
        ("今日は天気がいいので散歩に行きましょうと彼は言いました", False),
    ],
)
def test_only_runs_said_twice_on_end_are_loops(text: str, loops: bool) -> None:
    assert quality_checks.repeats(text) is loops


def test_of_several_tries_the_likeliest_wins_and_a_loop_only_when_all_loop() -> None:
    unsure = replace(GOOD, logprob=-1.2)
    loop = replace(GOOD, logprob=-0.1, compression=9.0)

    assert quality_checks.best([unsure, loop, GOOD]) is GOOD
    assert quality_checks.best([unsure, loop]) is unsure
    assert quality_checks.best([loop]) is loop
    assert quality_checks.best([replace(GOOD, text="― ―"), unsure]) is unsure


def test_what_the_model_calls_silence_is_silent() -> None:
    assert quality_checks.silent(replace(GOOD, no_speech=0.9, logprob=-1.3))
    assert quality_checks.silent(replace(GOOD, text=""))
    assert quality_checks.silent(replace(GOOD, text="― ― ―"))
    assert not quality_checks.silent(replace(GOOD, no_speech=0.9))
