"""Search for terms among the words of a channel: equal, inflected and alike by letters or by sound."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import jellyfish

from functions.transcripts.text_boundaries.letters import normalised
from functions.transcripts.words import TranscriptWord

MIN_CONFIDENCE = 0.6  # of a hit. Two unrelated English words of a length reach 0.3, seldom 0.5
_MIN_LETTERS = 0.4  # that must be alike: equal sounds alone are not enough, "cat" and "good" are both K-T
_MIN_LENGTH = 0.6  # of the shorter by the longer
_MIN_STEM = 4  # letters of a term that is looked for as the beginning of a longer word: "cancel" in "cancellation"
_ENDINGS = ("s", "es", "ed", "ing")  # of shorter terms, whose last letter may be doubled
_LONGEST_OF_STEM = 2  # of such a word, in lengths of the term
_MORE_WORDS = 2  # that Whisper may make of a term it does not know: "Kubernetes" → "Cooper net ease"


@dataclass(frozen=True)
class Hit:
    """Words from `first` to `last` (indices, inclusive) that are like a term; 1 is equality."""

    confidence: float
    first: int
    last: int


# Stretches of words by their number of letters, then by these letters: first and last word of each.
_Windows = dict[int, dict[str, list[tuple[int, int]]]]


def search(words: Sequence[TranscriptWord], terms: Sequence[str]) -> list[list[Hit]]:
    """Return the hits of each term, the best first; those of one term do not overlap.

    The confidence is one minus the edit distance by the length: of the letters, without spaces and accents, or the mean
    of that and of the same for the sounds (Metaphone, English), whichever is larger. In a word that begins with the
    term each letter of the ending counts half. Time grows with the terms times the words.
    """
    requested = [_letters(term.split()) for term in terms]
    maximum = [len(term.split()) + _MORE_WORDS for term in terms]
    windows = _windows(words, max(maximum, default=0), max(map(len, requested), default=0))
    return [_best(term, limit, windows) for term, limit in zip(requested, maximum, strict=True)]


def _windows(words: Sequence[TranscriptWord], maximum: int, longest: int) -> _Windows:
    """Return all stretches of up to `maximum` words with few enough letters for a term of `longest`."""
    texts = [_letters([word.normalised]) for word in words]
    found: _Windows = {}
    for first in range(len(texts)):
        letters = ""
        for last in range(first, min(first + maximum, len(texts))):
            letters += texts[last]
            if len(letters) > longest * (_LONGEST_OF_STEM if first == last else 1 / _MIN_LENGTH) + 1:
                break
            if texts[first] and texts[last]:
                found.setdefault(len(letters), {}).setdefault(letters, []).append((first, last))
    return found


def _best(term: str, maximum: int, windows: _Windows) -> list[Hit]:
    candidates = sorted(_candidates(term, maximum, windows), key=lambda hit: (-hit.confidence, hit.first, hit.last))
    hits: list[Hit] = []
    taken: set[int] = set()
    for hit in candidates:
        span = range(hit.first, hit.last + 1)
        if taken.isdisjoint(span):
            taken.update(span)
            hits.append(hit)
    return hits


def _candidates(term: str, maximum: int, windows: _Windows) -> Iterator[Hit]:
    sound = _sound(term)
    yield from _derived(term, windows)
    for length, by_letters in windows.items():
        if not len(term) * _MIN_LENGTH <= length <= len(term) / _MIN_LENGTH:
            continue
        longer = max(length, len(term))
        max_edits = longer * (1 - _MIN_LETTERS)
        for letters, found in by_letters.items():
            edits = jellyfish.levenshtein_distance(term, letters)
            if edits > max_edits:
                continue
            confidence = 1 - edits / longer
            confidence = max(confidence, (confidence + _similarity(sound, _sound(letters))) / 2)
            if confidence >= MIN_CONFIDENCE:
                yield from (Hit(confidence, first, last) for first, last in found if last - first < maximum)


def _derived(term: str, windows: _Windows) -> Iterator[Hit]:
    """Yield single words that begin with the term; the ending counts half of what other letters that differ do.

    A term of three letters finds only its English forms: "running" of "run", but not "runway".
    """
    forms = (
        {stem + ending for stem in (term, term + term[-1:]) for ending in _ENDINGS} if len(term) == 3 else set[str]()
    )
    longest = _LONGEST_OF_STEM * len(term) + bool(forms)
    for length in range(len(term) + 1, longest + 1) if len(term) >= _MIN_STEM or forms else ():
        for letters, found in windows.get(length, {}).items():
            if letters in forms if forms else letters.startswith(term):
                confidence = 1 - (length - len(term)) / length / 2
                yield from (Hit(confidence, first, last) for first, last in found if first == last)


def _similarity(one: str, other: str) -> float:
    longer = max(len(one), len(other))
    return 1 - jellyfish.levenshtein_distance(one, other) / longer if longer else 0.0


def _letters(words: Sequence[str]) -> str:
    """Return the words in lower case ("ss" for "ß") without spaces, accents and punctuation between their letters."""
    decomposed = unicodedata.normalize("NFKD", "".join(normalised(word) for word in words).casefold().replace("ı", "i"))
    return "".join(letter for letter in decomposed if letter.isalnum())


@lru_cache(maxsize=65536)
def _sound(letters: str) -> str:
    return jellyfish.metaphone(letters) if letters.isascii() else ""
