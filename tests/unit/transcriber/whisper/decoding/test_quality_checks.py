"""Quality checks: each rule alone rejects, and fluent speech passes all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fixtures.rows import each_row
from transcriber.whisper.decoding import quality_checks
from transcriber.whisper.decoding.quality_checks import Hypothesis

GOOD = Hypothesis(
    tokens=[1] * 12,
    text="the best emetic is that which is at hand",
    avg_logprob=-0.2,
    no_speech_prob=0.01,
    compression_ratio=0.9,
    temperature=0.0,
    text_tokens=12,
    hit_token_limit=False,
)


def test_fluent_hypothesis_is_accepted() -> None:
    assert quality_checks.is_plausible_short_window(GOOD, 3.0)
    assert quality_checks.is_plausible(GOOD)
    assert not quality_checks.is_silence(GOOD, 3.0)


def test_sample_that_repeats_itself_is_another_loop() -> None:
    """English speech with language=sr: beam search looped, and so did the first sample, within the ratio."""
    loop = replace(GOOD, text="je nekaj, da je nekaj da, je nekaj da, je nekaj da")

    assert quality_checks.is_plausible_attempt(loop, 0.0)  # it may have been said twice
    assert not quality_checks.is_plausible_attempt(replace(loop, avg_logprob=-1.3), 0.0), "the model guesses"
    assert not quality_checks.is_plausible_attempt(loop, 0.4)
    assert quality_checks.is_plausible_attempt(GOOD, 0.4)


@pytest.mark.parametrize(
    "defect",
    [
        {"compression_ratio": 2.5},
        {"avg_logprob": -1.1},
        {"hit_token_limit": True},
        {"text_tokens": 60},
        {"text": "― ― ―"},
        {"text": "And folks are all asleep. And folks are all asleep."},
    ],
)
def test_short_window_with_one_defect_is_rejected(defect: dict[str, object]) -> None:
    assert not quality_checks.is_plausible_short_window(replace(GOOD, **defect), 3.0)  # type: ignore[arg-type]


def test_retried_window_accepts_low_probability_only() -> None:
    improbable = replace(GOOD, avg_logprob=-1.1)

    assert quality_checks.is_plausible_short_window(improbable, 3.0, retried=True)
    assert not quality_checks.is_plausible_short_window(replace(improbable, compression_ratio=2.5), 3.0, retried=True)
    assert not quality_checks.is_plausible_short_window(replace(improbable, text_tokens=60), 3.0, retried=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no no no no, that is it", False),
        ("very, very good and very, very kind", False),
        ("who then was the reciter who then was the reciter", True),
        ("これは本です。これは本です。これは本です。", True),
        ("今日は天気がいいので散歩に行きましょうと彼は言いました", False),
        ("A reće da se, da se da se nicu", True),
        ("Thank you, thank you so much.", False),
        ("No no no no no, yes", False),
    ],
)
def test_has_repetition_needs_adjacent_sequences(text: str, expected: bool) -> None:
    assert quality_checks.has_repetition(text) is expected


def test_best_hypothesis_prefers_likeliest_without_repetition() -> None:
    unsure = replace(GOOD, avg_logprob=-1.2)
    repetitive = replace(GOOD, avg_logprob=-0.1, compression_ratio=9.0)

    assert quality_checks.best_hypothesis([unsure, repetitive, GOOD]) is GOOD
    assert quality_checks.best_hypothesis([unsure, repetitive]) is unsure
    assert quality_checks.best_hypothesis([repetitive]) is repetitive
    assert quality_checks.best_hypothesis([replace(GOOD, text="― ―"), unsure]) is unsure


def test_is_silence_without_words_or_with_no_speech_prob() -> None:
    assert quality_checks.is_silence(replace(GOOD, no_speech_prob=0.9, avg_logprob=-1.3), 3.0)
    assert quality_checks.is_silence(replace(GOOD, text=""), 3.0)
    assert quality_checks.is_silence(replace(GOOD, text="― ― ―"), 3.0)
    assert not quality_checks.is_silence(replace(GOOD, no_speech_prob=0.9), 3.0)


def test_is_silence_is_stricter_with_little_or_doubtful_speech() -> None:
    guess = replace(GOOD, text="Thank you.", no_speech_prob=0.74, avg_logprob=-0.7)

    assert quality_checks.is_silence(guess, 0.3)
    assert not quality_checks.is_silence(guess, 3.0)
    assert quality_checks.is_silence(guess, 3.0, doubtful=True)
    assert quality_checks.is_silence(replace(GOOD, avg_logprob=-1.1), 3.0, doubtful=True)
    assert not quality_checks.is_silence(GOOD, 0.3, doubtful=True)


def test_long_doubtful_speech_is_kept_if_its_text_is_probable() -> None:
    repeated = replace(GOOD, no_speech_prob=0.68, avg_logprob=-0.3)
    assert not quality_checks.is_silence(repeated, 12.2, doubtful=True)
    assert quality_checks.is_silence(repeated, 1.0, doubtful=True)
    assert quality_checks.is_silence(replace(repeated, avg_logprob=-0.6), 12.2, doubtful=True)


def test_repetition_is_suspected_only_if_nothing_else_is_wrong() -> None:
    twice = replace(GOOD, text="hold on to that hold on to that")

    assert quality_checks.is_rejected_for_repetition(twice)
    assert quality_checks.is_rejected_for_repetition(replace(twice, compression_ratio=2.5))
    assert not quality_checks.is_rejected_for_repetition(replace(GOOD, compression_ratio=2.5))
    assert not quality_checks.is_rejected_for_repetition(GOOD)
    assert not quality_checks.is_rejected_for_repetition(replace(twice, hit_token_limit=True))
    assert not quality_checks.is_rejected_for_repetition(replace(twice, avg_logprob=-1.2))


LOOP = replace(GOOD, text="on, on, on, on, on, on, on", avg_logprob=-0.1, compression_ratio=7.1, hit_token_limit=True)


@each_row(
    ("shards", "rival", "probability", "wins"),
    [
        (GOOD, replace(GOOD, avg_logprob=-0.05), 0.0, True),
        (GOOD, replace(GOOD, avg_logprob=-0.15), 0.9, False),  # hardly more probable
        (GOOD, replace(GOOD, avg_logprob=-0.25), 0.99, True),  # hardly less, and surely that language: a translation
        (GOOD, replace(GOOD, avg_logprob=-0.35), 0.99, False),
        (LOOP, replace(GOOD, avg_logprob=-0.6), 0.0, True),  # a loop is probable, and no text
        (GOOD, LOOP, 0.99, False),
        (LOOP, replace(GOOD, avg_logprob=-1.2), 0.99, False),  # a guess
        (
            LOOP,
            replace(LOOP, avg_logprob=-0.05),
            0.0,
            False,
        ),  # neither is a text: probabilities decide, hardly different
    ],
)
def test_rival_language_wins_with_the_better_text(
    shards: Hypothesis, rival: Hypothesis, probability: float, wins: bool
) -> None:
    assert quality_checks.is_better_in_rival_language(shards, rival, probability) is wins
