"""Mixed numerals: "4 hundred and 29", half in digits and half in words, and "four ones", a digit that is repeated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from functions.transcripts.redaction.digits.numerals import AND, Numeral, word_set
from functions.transcripts.words import TranscriptWord

_SCALES = {
    **dict.fromkeys(word_set("hundred hundert cent cents cien ciento cento honderd hundrede"), 100),
    **dict.fromkeys(word_set("thousand tausend mille mil mila duizend tusind tusinde"), 1000),
}
_MAX_BEFORE_SCALE = 3  # digits
# "Four ones", "drei Nullen", "tres ceros". German "achten" and "vieren" are left out: they are ranks as well.
_REPEATED = {
    word: str(digit)
    for digit, words in enumerate(
        (
            "zeros zeroes ohs nullen ceros zéros zeri nuller",
            "ones einsen unos",
            "twos zweien doses",
            "threes dreien treses",
            "fours cuatros",
            "fives fünfen cincos",
            "sixes sechsen seises",
            "sevens siebenen sietes",
            "eights ochos",
            "nines neunen nueves",
        )
    )
    for word in words.split()
}
_REPETITIONS = range(2, 10)


def joined(numerals: Sequence[Numeral], words: Sequence[TranscriptWord]) -> Iterator[Numeral]:
    """Yield numerals in order, of which those that are one number are one, and "four ones" is four digits.

    Args:
        numerals: Numerals in order of time.
        words: The words they are in.
    """
    at = 0
    while at < len(numerals):
        numeral = numerals[at]
        at += 1
        while at < len(numerals) and (whole := _with_next(numeral, numerals[at], words)):
            numeral, at = whole, at + 1
        following = words[numeral.last + 1].normalised if numeral.last + 1 < len(words) else ""
        is_count = len(numeral.digits) == 1 and int(numeral.digits) in _REPETITIONS
        if is_count and following in _REPEATED and words[numeral.last].text[-1].isalnum():
            digits = int(numeral.digits) * _REPEATED[following]
            numeral = replace(numeral, last=numeral.last + 1, digits=digits, text=f"{numeral.text} {following}")
            at += at < len(numerals) and numerals[at].first == numeral.last  # "ones" may be read as 1
        yield numeral


def _with_next(before: Numeral, after: Numeral, words: Sequence[TranscriptWord]) -> Numeral | None:
    """Return two numerals as one number: "4" and "hundred twelve", "4 hundred" and "29"; None where they are two."""
    between = [word.normalised for word in words[before.last + 1 : after.first]]
    if before.is_ordinal or not words[before.last].text[-1].isalnum():
        return None
    scale = _SCALES.get(after.text.split()[0])
    if scale and not between and before.digits == before.text and len(before.digits) <= _MAX_BEFORE_SCALE:
        value = int(before.digits) * scale + int(after.digits) - scale
    elif _ends_with_scale(before) and after.digits == after.text and set(between) <= AND:
        value = int(before.digits) + int(after.digits)
        if len(between) > 1 or not 0 < int(after.digits) < _SCALES[before.text.split()[-1]]:
            return None
    else:
        return None
    return replace(before, last=after.last, digits=str(value), text=f"{before.text} {after.text}")


def _ends_with_scale(numeral: Numeral) -> bool:
    """Return whether a numeral is digits and a scale: "4 hundred"; "four hundred" and what follows is read as one."""
    texts = numeral.text.split()
    return len(texts) > 1 and texts[0].isdecimal() and texts[-1] in _SCALES
