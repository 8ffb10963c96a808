"""The words of a channel as callers get them: in order of time, inside the audio, with and without punctuation."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from earshot_contract.shards import Segment, Word
from functions.transcripts.languages import UNSPACED
from functions.transcripts.transcript import Channel

# Punctuation by Unicode, but said aloud: "AT & T", "50%", "user@host", "#1".
_SAID = frozenset("%&@#")
_NOTES = frozenset("♩♪♫♬♭♯")  # Whisper's way to write music


@dataclass(frozen=True)
class Spoken:
    """One word. Times are seconds from the start of the file."""

    text: str  # as the model wrote it, punctuation attached
    bare: str  # lower-case, no punctuation around it
    start: float
    end: float
    confidence: float  # 0..1


def spoken(channel: Channel, duration: float) -> list[Spoken]:
    """All words of a channel, none of them only punctuation.

    Starts never go back, a word ends before the next begins, and all lie within 0 and `duration`: models give
    times that do not, above all around windows and silences.
    """
    words = [word for segment in channel.segments for word in _words(segment, channel.language)]
    return _in_order([s for s in map(_spoken, words) if s.bare], duration)


def bare(text: str) -> str:
    """Lower-case and without the punctuation around it; what is inside stays (`it's`, `3.5`, `well-known`)."""
    first, last = 0, len(text)
    while first < last and _silent(text[first]):
        first += 1
    while last > first and _silent(text[last - 1]):
        last -= 1
    return text[first:last].lower()


def line(words: Iterable[Spoken], language: str, punctuated: bool) -> str:
    """Words as one line; in a language without spaces they stand only between Latin letters or digits."""
    texts = [word.text if punctuated else word.bare for word in words]
    if language not in UNSPACED:
        return " ".join(texts)
    glued = ""
    for text in texts:
        glued += (" " if glued and _narrow(glued[-1]) and _narrow(text[:1]) else "") + text
    return glued


def _words(segment: Segment, language: str) -> list[Word]:
    """A segment's own words; without any, its text spread evenly over its time, letter by letter."""
    if segment.words or not segment.text.strip():
        return segment.words
    texts = list(segment.text.strip()) if language in UNSPACED else segment.text.split()
    second = (segment.end - segment.start) / sum(len(text) for text in texts)
    words, at = [], segment.start
    for text in texts:
        words.append(Word(text, at, at + len(text) * second, 0.0))
        at = words[-1].end
    return words


def _spoken(word: Word) -> Spoken:
    text = word.text.strip()
    return Spoken(text, bare(text), word.start, word.end, min(max(word.probability, 0.0), 1.0))


def _in_order(words: list[Spoken], duration: float) -> list[Spoken]:
    ordered: list[Spoken] = []
    earliest = 0.0
    for word in words:
        start = min(max(word.start, earliest), duration)
        ordered.append(replace(word, start=start, end=min(max(word.end, start), duration)))
        earliest = start
    for index, following in enumerate(ordered[1:]):
        if ordered[index].end > following.start:
            ordered[index] = replace(ordered[index], end=following.start)
    return ordered


def _silent(letter: str) -> bool:
    return letter not in _SAID and (unicodedata.category(letter)[0] in "PZC" or letter in _NOTES)


def _narrow(letter: str) -> bool:
    return letter.isascii() and not letter.isspace()
