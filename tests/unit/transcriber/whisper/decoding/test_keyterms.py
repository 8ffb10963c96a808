"""Keyterms in a hypothesis: those that the audio does not say give way to a text without them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from transcriber.whisper.decoding.decode_request import DecodeRequest
from transcriber.whisper.decoding.keyterms import has_doubtful_term, hypothesis_without_keyterms
from transcriber.whisper.decoding.quality_checks import Hypothesis
from transcriber.whisper.words.word_alignment import AlignedWord

WITH, WITHOUT = [1, 2, 3], [4, 5]
REQUEST = DecodeRequest("en", "transcribe", (9, 9, 9), 8.0)


def hypothesis(text: str, tokens: list[int]) -> Hypothesis:
    return Hypothesis(tokens, text, -0.3, 0.0, 1.0, 0.0, len(tokens), False)


@dataclass
class Model:
    """A model that writes "Elisa" without keyterms, and how probable each text is."""

    likelihoods: dict[tuple[int, ...], float]
    text: str = "Elisa has jeans."
    requests: list[DecodeRequest] = field(default_factory=list)

    def generate(self, encoder_output: Any, indices: Any, requests: list[DecodeRequest], **_: Any) -> list[Hypothesis]:
        self.requests += requests
        return [hypothesis(self.text, WITHOUT)]

    def log_likelihood(self, encoder_output: Any, index: int, request: Any, tokens: list[int], frames: int) -> float:
        return self.likelihoods[tuple(tokens)]

    def prompt_tokens(self, prompt: str | None, hotwords: str | None) -> tuple[int, ...]:
        return (7,) if prompt and not hotwords else ()


def without(model: Model) -> Hypothesis | None:
    found = hypothesis("Alisa has jeans.", WITH)
    return hypothesis_without_keyterms(model, None, 0, REQUEST, found, "A call.", 800)  # type: ignore[arg-type]


def test_rare_term_in_the_audio_stays() -> None:
    assert without(Model({(1, 2, 3): -12.1, (4, 5): -3.0})) is None


def test_several_rare_terms_in_the_audio_stay() -> None:
    """ "When Nuzhat al-Zaman heard the first improvisation …": what each of them takes away adds up."""
    assert without(Model({(1, 2, 3): -24.1, (4, 5): -8.5})) is None


def test_term_not_in_the_audio_gives_way() -> None:
    model = Model({(1, 2, 3): -44.4, (4, 5): -8.5})

    found = without(model)

    assert found is not None
    assert found.text == "Elisa has jeans."
    assert model.requests[0].prompt_tokens == (7,)  # the prompt alone


@pytest.mark.parametrize("text", ["Alisa has jeans.", " "])
def test_same_text_or_none_changes_nothing(text: str) -> None:
    assert without(Model({(1, 2, 3): -44.4, (4, 5): -8.5}, text)) is None


@pytest.mark.parametrize(
    ("text", "probability", "hotwords", "doubtful"),
    [
        (" Thaddeus", 0.04, "Xochitl, Thaddeus Pemberton", True),
        (" Pemberton's", 0.04, "Xochitl, Thaddeus Pemberton", True),
        (" Thaddeus", 0.5, "Xochitl, Thaddeus Pemberton", False),
        (" market", 0.04, "Xochitl, Thaddeus Pemberton", False),
        (" Thaddeus", 0.04, None, False),
    ],
)
def test_doubtful_term_is_a_keyterm_of_low_probability(
    text: str, probability: float, hotwords: str | None, doubtful: bool
) -> None:
    word = AlignedWord(text, 2, 0.0, 0.5, probability)

    assert has_doubtful_term([word], hotwords) is doubtful
