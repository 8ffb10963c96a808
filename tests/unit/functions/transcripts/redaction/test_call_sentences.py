"""What people say in calls: every secret becomes its own tag, in one channel, in two, and in many segments.

The sentences are in `tests/fixtures/redaction/`; their first lines say how they are written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from earshot_contract.shard_results import Segment, Word
from functions.options.redacted_entities import Entity, parse_redact
from functions.transcripts.redaction.redact import redact
from tests.fixtures.transcripts import segment, transcript

FOLDER = Path(__file__).parents[4] / "fixtures/redaction"
MARKED = re.compile(r"\[(\w+) ([^\]]*)\]")
STEP, PAUSE = 0.4, 0.6  # seconds from word to word, and before somebody else speaks
# Each by itself is no entity: `numbers` redacts any other number too.
ENTITIES = [entity.value for entity in Entity if entity is not Entity.NUMERICAL_PII]


@dataclass(frozen=True)
class CallWord:
    """A word with the channel it is on, its start, and the entity it is a part of."""

    text: str
    channel: int
    start: float
    entity: str | None


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


@pytest.mark.parametrize(
    ("channels", "longest", "language", "text"),
    [
        (channels, longest, *sentence)
        for channels, longest in ((1, 1000), (2, 1000), (1, 3))
        for sentence in sentences("secrets.txt")
        if channels == 1 or "//" in sentence[1]
    ],
)
def test_secret_of_a_call_has_its_own_tag(channels: int, longest: int, language: str, text: str) -> None:
    words = call_words(text, channels)

    found = found_entities(language, words, ",".join(ENTITIES), channels, longest)

    wrong = [
        (word.text, word.entity, entity)
        for at, (word, entity) in enumerate(zip(words, found, strict=True))
        if entity != word.entity and not (word.entity is None and between_parts(words, at))
    ]
    assert wrong == []


@pytest.mark.parametrize(("language", "text"), sentences("secrets.txt"))
def test_secret_is_redacted_when_it_alone_is_requested(language: str, text: str) -> None:
    words = call_words(text, 1)

    for requested in {word.entity for word in words if word.entity}:
        found = found_entities(language, words, requested, 1, 1000)
        leaked = [w.text for w, entity in zip(words, found, strict=True) if w.entity == requested and not entity]
        assert leaked == []


@pytest.mark.parametrize("longest", [1000, 3])
@pytest.mark.parametrize(("language", "text"), sentences("harmless.txt"))
def test_harmless_sentence_stays_as_it_is(language: str, text: str, longest: int) -> None:
    words = call_words(text, 1)

    for names in (",".join(ENTITIES), *ENTITIES):
        assert set(found_entities(language, words, names, 1, longest)) == {None}, names
