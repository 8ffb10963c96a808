"""Edit `profanity_filter`: mask profane words by asterisks, as Deepgram does.

The words are those of glin-profanity, a package of lists by language; none of its code runs. Its lists also have words
that are seldom profane ("bitte" for French, "martillo" for Spanish); these stay.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from functions.transcripts.edits.profane_words import ACCEPTED, ADDED
from functions.transcripts.text_boundaries.letters import normalised, split_punctuation
from functions.transcripts.words import TranscriptWord

MASK = "****"  # whatever the word's length: Deepgram's documentation shows four

_LISTS = {
    "ar": "arabic",
    "zh": "chinese",
    "cs": "czech",
    "da": "danish",
    "nl": "dutch",
    "en": "english",
    "fi": "finnish",
    "fr": "french",
    "de": "german",
    "hi": "hindi",
    "hu": "hungarian",
    "it": "italian",
    "ja": "japanese",
    "ko": "korean",
    "no": "norwegian",
    "fa": "persian",
    "pl": "polish",
    "pt": "portuguese",
    "ru": "russian",
    "es": "spanish",
    "sv": "swedish",
    "th": "thai",
    "tr": "turkish",
}
PROFANITY_LANGUAGES = frozenset(_LISTS)

# "d'enculé", "l'enfoiré": the article before a word, in one with it.
_ELIDED = re.compile(r"(?:(?:d|l|qu|dell|nell|un|quell)['’])+")
_ELIDING = ("fr", "it")
_DOUBLING = ("en", "nl")  # letters before an ending
_NAMES = frozenset({"dick"})  # not masked when capitalised
_MIN_STEM = 4  # letters before an ending; shorter stems begin too many other words
# Endings that the lists leave out, and what stands instead in the listed word, by language: "bitches", "Wichsern",
# "enculés", "cabrones", "stronzi", "kurwą".
_VOWEL_ENDINGS_PL, _VOWEL_ENDINGS_RU = (
    ("y", "ę", "ą", "o", "ie", "i", "om", "ami", "ach"),
    ["и", "ы", "е", "у", "ой", "ам", "ами", "ах"],
)
_ENDINGS = {
    "en": (*((ending, "") for ending in ("s", "es", "ed", "er", "ers", "in", "ing", "ings", "y")),),
    "de": (*((ending, "") for ending in ("n", "en", "e", "er", "es", "em", "s")), ("en", "e")),
    "fr": (("s", ""), ("e", ""), ("es", "")),
    "es": (("s", ""), ("es", ""), ("ones", "ón"), ("a", "o"), ("as", "o")),
    "pt": (("s", ""), ("es", ""), ("a", "o"), ("as", "o")),
    "it": (("i", "o"), ("a", "o"), ("e", "o"), ("e", "a"), ("i", "e")),
    "nl": (("en", ""), ("s", ""), ("e", "")),
    "pl": (
        *((ending, "a") for ending in _VOWEL_ENDINGS_PL),
        *((ending, "") for ending in ("a", "owi", "em", "y", "ów")),
        ("a", "o"),
        ("u", "o"),
        ("a", "y"),
        ("e", "y"),
    ),
    "ru": (*((ending, "а") for ending in _VOWEL_ENDINGS_RU), *((ending, "") for ending in ("а", "и", "у", "ом", "ов"))),
}


def mask_profanity(words: list[TranscriptWord], language: str) -> list[TranscriptWord]:
    """Return the words with each profane one, and each word of a profane phrase, as asterisks.

    Args:
        words: Words in order of time.
        language: Whisper's code; one that is not in `PROFANITY_LANGUAGES` changes nothing.
    """
    phrases = _phrases(language)
    result = [*words]
    texts = [normalised(word.normalised) for word in words]  # a replacement's words are as the caller wrote them
    at = 0
    while at < len(words):
        length = next(_matches(words, texts, at, phrases, language), 0)
        for index in range(at, at + length):
            result[index] = _masked(words[index])
        at += length or 1
    return result


def _matches(
    words: list[TranscriptWord],
    texts: list[str],
    at: int,
    phrases: dict[str, tuple[tuple[str, ...], ...]],
    language: str,
) -> Iterator[int]:
    """Yield the lengths of the phrases that begin at a word, the longest first."""
    word = texts[at]
    if word.rpartition("-")[2] in _NAMES and words[at].text.rpartition("-")[2][:1].isupper():
        return  # "Dick Turpin", "Moby-Dick"
    for stem in _stems(word, language):
        for phrase in phrases.get(stem, ()):
            rest = texts[at + 1 : at + len(phrase)]
            is_form = len(phrase) == 1 and word not in _plain(language)
            if [stem, *rest] == [*phrase] and (stem == word or is_form):
                yield len(phrase)


def _stems(word: str, language: str) -> Iterator[str]:
    yield word
    if "-" in word:
        yield word.replace("-", "")  # "mother-fucker"
        yield word.rpartition("-")[2]
    if (elided := _ELIDED.match(word)) and language in _ELIDING:
        yield from _stems(word[elided.end() :], language)
    for ending, instead in _ENDINGS.get(language, ()):
        stem = word.removesuffix(ending)
        if stem != word and len(stem + instead) >= _MIN_STEM:
            yield stem + instead
            if language in _DOUBLING and stem[-1] == stem[-2]:
                yield stem[:-1]  # "shitting", "klootzakken"


def _masked(word: TranscriptWord) -> TranscriptWord:
    before, _, after = split_punctuation(word.text, normalised(word.normalised))
    return replace(word, text=before + MASK + after, normalised=MASK)


@lru_cache(maxsize=len(_LISTS))
def _phrases(language: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the profane phrases by their first word, the longest first."""
    if language not in _LISTS:
        return {}
    plain = _plain(language)
    found: dict[str, list[tuple[str, ...]]] = {}
    listed = json.loads((_folder() / f"{_LISTS[language]}.json").read_text(encoding="utf-8"))["words"]
    for entry in [*listed, *filter(None, ADDED.get(language, "").split("|"))]:
        phrase = tuple(filter(None, (normalised(part) for part in re.split(r"\s+", entry))))
        if phrase and entry.lower() not in plain:
            found.setdefault(phrase[0], []).append(phrase)
    return {first: tuple(sorted(phrases, key=len, reverse=True)) for first, phrases in found.items()}


@lru_cache(maxsize=len(_LISTS))
def _plain(language: str) -> frozenset[str]:
    """Return the words and phrases of a list that stay."""
    return frozenset(" ".join(entry.split()) for entry in ACCEPTED.get(language, "").split("|"))


def _folder() -> Path:
    """Return the folder of the lists, without an import of the package: it costs a cold start."""
    package = importlib.util.find_spec("glin_profanity")
    assert package, "glin-profanity is one of the functions' packages."
    assert package.submodule_search_locations
    return Path(package.submodule_search_locations[0]) / "data" / "dictionaries"
