"""Word breaks in scripts without spaces: where a word, a caption's line or a phrase may begin.

Thai words, and the phrases of Japanese and Chinese, are those of BudouX: small models, made for line breaks. For Lao,
Khmer, Burmese and Tibetan there is no such model: rules of their spelling keep a syllable whole.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from functions.transcripts.text_boundaries.graphemes import grapheme_starts

if TYPE_CHECKING:
    from budoux import Parser

_THAI = re.compile(r"[\u0e01-\u0e5b]+")
_OTHERS = re.compile(r"[\u0e80-\u0fff\u1000-\u109f\u1780-\u17ff\uaa60-\uaa7f]")
# A consonant that ends a syllable: with asat, or on top of another one.
_MYANMAR_FINAL = re.compile(r"[\u1000-\u102a\u103f\uaa60-\uaa7f]\u1037?[\u1039\u103a]")
_LAO_CONSONANT, _KHMER_CONSONANT = re.compile(r"[\u0e81-\u0eae\u0edc-\u0edf]"), re.compile(r"[\u1780-\u17a2]")
_LAO_VOWEL_BEHIND = frozenset("ະາຽ")  # letters, not marks; with one of them a consonant begins a syllable
_LAO_REPETITION = "ໆ"  # says that the word before it is spoken twice
_LAO_SILENT_H, _LAO_AFTER_H = "ຫ", frozenset("ງຍນມຣລວ")  # written as two letters, pronounced as one
_TIBETAN = re.compile(r"[\u0f40-\u0fbc]")
_TIBETAN_ENDS = frozenset("\u0f0b\u0f0c\u0f0d\u0f0e")  # dots between syllables, and strokes
_NUMBER = re.compile(r"\d+(?:[.,:٫٬．：]\d+)*[%％‰٪]?")  # of the digits of any script
_PHRASED = frozenset({"ja", "zh", "yue"})


def word_starts(text: str) -> set[int]:
    """Return the indices at which a word, or a line, may begin: none inside a letter, Thai word, syllable or number."""
    starts = grapheme_starts(text)
    if text.isascii():
        return starts
    for match in _THAI.finditer(text):
        words = {match.start() + at for at in _chunk_starts(_thai(), match.group())}
        starts -= set(range(match.start() + 1, match.end())) - words
    for match in _NUMBER.finditer(text):
        starts -= set(range(match.start() + 1, match.end()))
    if _OTHERS.search(text):
        starts = {at for at in starts if at == 0 or not _is_inside_syllable(text, at)}
    return starts


def phrase_starts(text: str, language: str) -> set[int] | None:
    """Return the indices at which a phrase of Japanese or Chinese begins; None for other languages."""
    if language not in _PHRASED:
        return None
    return _chunk_starts(_japanese() if language == "ja" else _chinese(text), text)


def _is_inside_syllable(text: str, at: int) -> bool:
    before, letter, after = text[at - 1], text[at], text[at + 1 : at + 2]
    if _MYANMAR_FINAL.match(text, at):
        return True
    if _TIBETAN.match(letter):
        return bool(_TIBETAN.match(before))
    if letter in _TIBETAN_ENDS or letter in _LAO_VOWEL_BEHIND or letter == _LAO_REPETITION:
        return True
    if _LAO_CONSONANT.match(letter):
        if before == _LAO_SILENT_H and letter in _LAO_AFTER_H:
            return True
        begins = after in _LAO_VOWEL_BEHIND or _is_mark(after)
        return "\u0e80" <= before <= "\u0edf" and not begins
    return bool(_KHMER_CONSONANT.match(letter)) and "\u1780" <= before <= "\u17d3" and not _is_mark(after)


def _is_mark(letter: str) -> bool:
    return bool(letter) and (unicodedata.category(letter)[0] == "M" or letter == "ຳ")


def _chunk_starts(parser: Parser, text: str) -> set[int]:
    return {0, *accumulate(map(len, parser.parse(text)))} - {len(text)}


@cache
def _thai() -> Parser:
    from budoux import load_default_thai_parser

    return load_default_thai_parser()


@cache
def _japanese() -> Parser:
    from budoux import load_default_japanese_parser

    return load_default_japanese_parser()


@cache
def _chinese_parsers() -> tuple[Parser, Parser]:
    from budoux import load_default_simplified_chinese_parser, load_default_traditional_chinese_parser

    return load_default_simplified_chinese_parser(), load_default_traditional_chinese_parser()


def _chinese(text: str) -> Parser:
    """Return the parser of the characters, simplified or traditional, of which the text has more."""
    return max(_chinese_parsers(), key=lambda parser: sum(letter in parser.model["UW4"] for letter in text))
