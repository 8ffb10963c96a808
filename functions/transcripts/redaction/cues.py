"""Cues: words that say what a number near them is, and where they stand."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from operator import attrgetter

from functions.options.redacted_entities import Entity
from functions.transcripts.redaction.cue_stems import STEMS, STEMS_BEFORE_ONLY, WEAK_STEMS
from functions.transcripts.words import TranscriptWord

BEFORE = 20  # words within which a cue before a number counts: question, answer, "let me see"
SUBJECT = 60  # words within which the subject of a talk stays: a card, while its code is requested
REST = 8  # words within which the rest of its sentence counts: "229, it's there in small print, on the card"
AFTER = 5  # words within which one after it counts: "4111 … is the card"
_LONGEST = 8  # words of a cue, at most: "código que está en la parte de atrás"
_AROUND = 6  # words around a cue that say which number is meant: "the last four of your card"
_ANSWER_SECONDS = 20.0  # within which a speaker on another channel begins to answer

BEHIND_QUESTION = frozenset(
    (
        "there",
        "please",
        "then",
        "again",
        "sir",
        "ma'am",
        "bitte",
        "denn",
        "nochmal",
        "por",
        "favor",
        "per",
        "alstublieft",
    )
)

# "L'expiration", "dell'assicurazione": the article and its word are one.
_ELISION = r"(?:(?:[ld]|dell|all|nell)['’])?"
_PATTERNS = {entity: re.compile(rf"(?<!\S){_ELISION}(?:{'|'.join(stems)})") for entity, stems in STEMS.items()}
_WEAK_PATTERNS = {entity: re.compile(rf"(?<!\S)(?:{'|'.join(stems)})") for entity, stems in WEAK_STEMS.items()}
_BEFORE_ONLY = re.compile(rf"(?<!\S)(?:{'|'.join(STEMS_BEFORE_ONLY)})")


@dataclass(frozen=True)
class Cue:
    """A word or phrase that says what a number near it is.

    Attributes:
        entity: What the number is.
        first: Index of its first word; of a cue on another channel, of the word before which it was said.
        last: Index of its last word; of a cue on another channel the same as `first`.
        around: The words around it, its own included.
        elsewhere: Whether it was said on another channel: a question that is answered on this one.
        before_only: Whether it counts only before a number, and not behind one.
        weak: Whether it counts only if the digits themselves do not decide, and no other cue is near.
        asks: Whether a question ends with it, but for a word like "please".
        text: Its words.
    """

    entity: Entity
    first: int
    last: int
    around: frozenset[str] = frozenset()
    elsewhere: bool = False
    before_only: bool = False
    weak: bool = False
    asks: bool = False
    text: str = ""


def find_cues(words: Sequence[TranscriptWord]) -> list[Cue]:
    """Return the cues of all words, in order of their last word."""
    texts = [word.normalised for word in words]
    line = " ".join(texts)
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    found: list[Cue] = []
    weak = {*_WEAK_PATTERNS.values()}
    for entity, pattern in (*_PATTERNS.items(), (Entity.CVV, _BEFORE_ONLY), *_WEAK_PATTERNS.items()):
        for match in pattern.finditer(line):
            first = bisect_right(starts, match.start()) - 1
            last = bisect_right(starts, max(match.start(), match.end() - 1)) - 1
            around = frozenset(texts[max(0, first - _AROUND) : last + 1 + _AROUND])
            own = " ".join(texts[first : last + 1])
            asks = _ends_question(words, last)
            kind = {"asks": asks, "before_only": pattern is _BEFORE_ONLY, "weak": pattern in weak}
            found.append(Cue(entity, first, last, around, text=own, **kind))
    # "mon numéro de carte": the weak "mon numéro" hides no cue that begins inside it.
    apart = [*_apart(cue for cue in found if not cue.weak), *(cue for cue in found if cue.weak)]
    return sorted(apart, key=lambda cue: (cue.last, cue.first))


def _ends_question(words: Sequence[TranscriptWord], last: int) -> bool:
    end = next((at for at in range(last, min(last + 3, len(words))) if words[at].text[-1] in ".?!"), last)
    polite = all(word.normalised in BEHIND_QUESTION for word in words[last + 1 : end + 1])
    return words[end].text[-1] == "?" and polite


def _apart(cues: Iterable[Cue]) -> Iterator[Cue]:
    """Yield the cues without those that begin inside another: the "security number" of "social security number"."""
    furthest, furthest_before, at = -1, -1, -1
    for cue in sorted(cues, key=lambda cue: cue.first):
        if cue.first > at:
            at, furthest_before = cue.first, furthest
        if cue.first > furthest_before:
            yield cue
        furthest = max(furthest, cue.last)


def questions(
    words: Sequence[TranscriptWord], others: Iterable[tuple[Sequence[TranscriptWord], Sequence[Cue]]]
) -> list[Cue]:
    """Return the cues on other channels, each where it was said among the words of this one.

    A recording with a channel for each side of a call has the question on one and the number on the other.

    Args:
        words: The words of this channel.
        others: The words of each other channel with their cues (`find_cues`).
    """
    starts = [word.start for word in words]
    found: list[Cue] = []
    for other, cues in others:
        for cue in cues:
            following = bisect_left(starts, other[cue.first].start)
            if following < len(words) and starts[following] - other[cue.last].end <= _ANSWER_SECONDS:
                found.append(replace(cue, first=following - 1, last=following - 1, elsewhere=True))
    return found


def cues_before(cues: Sequence[Cue], first: int) -> list[Cue]:
    """Return the cues that announce a number whose first word is at `first`, the nearest first; one of each kind.

    Args:
        cues: In order of their last word.
        first: Index of a word.
    """
    near = [cue for cue in _ending_in(cues, first - BEFORE, first) if not cue.weak]
    return list({cue.entity: cue for cue in near}.values())[::-1]


def cues_after(cues: Sequence[Cue], last: int) -> list[Cue]:
    """Return the cues, in order of their last word, that follow a number whose last word is at `last`."""
    near = (cue for cue in _ending_in(cues, last + 1, last + AFTER + _LONGEST) if cue.first > last)
    return [cue for cue in near if cue.first <= last + AFTER and not (cue.elsewhere or cue.before_only or cue.weak)]


def weak_cues_before(cues: Sequence[Cue], first: int) -> list[Cue]:
    """Return the weak cues ("my number is") before a number whose first word is at `first`, the nearest first."""
    return [cue for cue in _ending_in(cues, first - BEFORE, first) if cue.weak][::-1]


def cues_in_rest_of_sentence(words: Sequence[TranscriptWord], cues: Sequence[Cue], last: int) -> list[Cue]:
    """Return the cues, weak ones too, that follow a number in its sentence: "the code was 229, on the card"."""
    end = next((at for at in range(last, min(last + REST, len(words))) if words[at].text[-1:] in ".?!"), last + REST)
    near = _ending_in(cues, last + 1, end + _LONGEST)
    return [cue for cue in near if last < cue.first <= end and not (cue.elsewhere or cue.before_only)]


def are_about(cues: Sequence[Cue], entities: Collection[Entity], first: int) -> bool:
    """Return whether one of these entities is the subject of the last minute or so before a word."""
    near = _ending_in(cues, first - SUBJECT, first)
    return any(cue.entity in entities and not (cue.weak or cue.before_only) for cue in near)


def _ending_in(cues: Sequence[Cue], start: int, stop: int) -> Sequence[Cue]:
    """Return the cues whose last word is at `start` or behind it, and before `stop`, without looking at all others."""
    key = attrgetter("last")
    begin = bisect_left(cues, start, key=key)
    return cues[begin : bisect_left(cues, stop, begin, key=key)]
