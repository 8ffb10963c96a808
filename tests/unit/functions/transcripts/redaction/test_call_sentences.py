"""Sentences of calls: every secret becomes its own tag, in one channel, in two, and in many segments.

The sentences are in `tests/fixtures/redaction/`; their first lines say how they are written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from earshot_contract.documents.shard_results import Segment, Word
from functions.options.redacted_entities import Entity, parse_redact
from functions.transcripts.redaction.redact import redact
from tests.fixtures.results.transcripts import segment, transcript

FOLDER = Path(__file__).parents[4] / "fixtures/redaction"
MARKED = re.compile(r"\[(\w+) ([^\]]*)\]")
Variants = Callable[[str], list[Any]]  # of a sentence: how it is cut, or what is requested
STEP, PAUSE = 0.4, 0.6  # seconds from word to word, and before another speaker speaks
# Each by itself is no entity: `numbers` redacts any other number too.
ENTITIES = [entity.value for entity in Entity if entity is not Entity.NUMERICAL_PII]


@dataclass(frozen=True)
class CallWord:
    """A word with the channel it is on, its start, and the entity it is a part of."""

    text: str
    channel: int
    start: float
    entity: str | None


@cache
def sentences(name: str) -> list[tuple[str, str]]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [(language, text) for language, _, text in (line.partition("|") for line in lines if line[:1] != "#")]


def call_words(text: str, channels: int) -> list[CallWord]:
    """The words of a text; each next speaker is on the next channel."""
    found, at = [], 0.0
    for number, turn in enumerate(text.split("//")):
        marks = [*MARKED.finditer(turn)]
        # Punctuation behind a mark belongs to its last word; Whisper writes it so.
        plain = MARKED.sub(lambda mark: "\0".join(f"{word}\1{mark[1]}" for word in mark[2].split()), turn)
        assert plain.count("\1") == sum(len(mark[2].split()) for mark in marks)
        for token in re.sub(r" ([?!:])(?= |$)", r"\1", plain).replace("\0", " ").split():
            word, _, entity = token.partition("\1")
            name = re.match(r"\w*", entity)[0]  # type: ignore[index]
            found.append(CallWord(word + entity[len(name) :], number % channels, round(at, 3), name or None))
            at += STEP
        at += PAUSE
    return found


def found_entities(language: str, words: list[CallWord], names: str, channels: int, longest: int) -> list[str | None]:
    """The entity that each word was redacted as, with segments of at most `longest` words."""
    segments: list[list[Segment]] = []
    for channel in range(channels):
        own = [Word(w.text, w.start, w.start + 0.8 * STEP, 0.9) for w in words if w.channel == channel]
        segments.append([segment(own[at : at + longest]) for at in range(0, len(own), longest)])
    result = redact(transcript(*segments, language=language, duration=600.0), parse_redact([names]))
    return [
        next(
            (
                span.entity
                for span in result.redactions
                if span.channel == w.channel and span.start <= w.start < span.end
            ),
            None,
        )
        for w in words
    ]


def between_parts(words: list[CallWord], at: int) -> bool:
    """Whether a word stands inside one entity: "mm-hmm" between two groups of digits."""
    own = [w.entity for w in words[:at] if w.channel == words[at].channel and w.entity]
    following = [w.entity for w in words[at:] if w.channel == words[at].channel and w.entity]
    return bool(own and following) and own[-1] == following[0]


def each_language(name: str) -> pytest.MarkDecorator:
    """Tests of a language: a fourth of the sentences in one variant each; slow, all sentences in every variant."""
    languages = sorted({language for language, _ in sentences(name)})
    return pytest.mark.parametrize(
        ("language", "every"),
        [
            *(pytest.param(language, False, id=language) for language in languages),
            *(pytest.param(language, True, id=f"{language}-every", marks=pytest.mark.slow) for language in languages),
        ],
    )


def with_variants(name: str, language: str, every: bool, variants: Variants) -> Iterator[tuple[str, Any]]:
    """The sentences of a language, each with every variant, or every fourth with one of them in turn."""
    own = [text for known, text in sentences(name) if known == language]
    for number, text in enumerate(own if every else own[::4]):
        possible = variants(text)
        for variant in possible if every else [possible[number % len(possible)]]:
            yield text, variant


@each_language("secrets.txt")
def test_secret_of_a_call_has_its_own_tag(language: str, every: bool) -> None:
    def variants(text: str) -> list[tuple[int, int]]:
        return [(1, 1000), (1, 3), *([(2, 1000)] if "//" in text else [])]

    wrong = []
    for text, (channels, longest) in with_variants("secrets.txt", language, every, variants):
        words = call_words(text, channels)
        found = found_entities(language, words, ",".join(ENTITIES), channels, longest)
        wrong += [
            (text, channels, longest, word.text, word.entity, entity)
            for at, (word, entity) in enumerate(zip(words, found, strict=True))
            if entity != word.entity and not (word.entity is None and between_parts(words, at))
        ]

    assert wrong == []


@pytest.mark.slow
@each_language("secrets.txt")
def test_secret_is_redacted_when_it_alone_is_requested(language: str, every: bool) -> None:
    def variants(text: str) -> list[str]:
        return sorted({word.entity for word in call_words(text, 1) if word.entity})

    leaked = []
    for text, requested in with_variants("secrets.txt", language, every, variants):
        words = call_words(text, 1)
        found = found_entities(language, words, requested, 1, 1000)
        leaked += [
            (text, requested, word.text)
            for word, entity in zip(words, found, strict=True)
            if word.entity == requested and not entity
        ]

    assert leaked == []


@each_language("numbers.txt")
def test_number_without_an_entity_is_redacted_with_all_numbers(language: str, every: bool) -> None:
    left = []
    for text, longest in with_variants("numbers.txt", language, every, lambda _: [1000, 3]):
        words = call_words(text, 1)
        found = found_entities(language, words, "numbers", 1, longest)
        left += [(text, word.text) for word, entity in zip(words, found, strict=True) if word.entity and not entity]

    assert left == []


@each_language("harmless.txt")
def test_harmless_sentence_stays_as_it_is(language: str, every: bool) -> None:
    def variants(text: str) -> list[tuple[str, int]]:
        requested = (",".join(ENTITIES), *ENTITIES) if every else (",".join(ENTITIES),)
        return [(names, longest) for names in requested for longest in (1000, 3)]

    wrong = [
        (text, names, longest)
        for text, (names, longest) in with_variants("harmless.txt", language, every, variants)
        if set(found_entities(language, call_words(text, 1), names, 1, longest)) != {None}
    ]

    assert wrong == []
