"""Codes with letters whose form shows what they are, however they are read: "G B three three, B U K B …"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from functions.options.redacted_entities import Entity
from functions.transcripts.redaction.digits.numerals import Numeral
from functions.transcripts.redaction.digits.runs import BETWEEN
from functions.transcripts.redaction.digits.spelt_letters import spelt_letter
from functions.transcripts.redaction.entity_span import EntitySpan
from functions.transcripts.redaction.numbers.check_digits import is_iban
from functions.transcripts.words import TranscriptWord

_CAPITALS = re.compile(r"[A-Z]{1,6}|[A-Z](-[A-Z])+")
_LONGEST_LETTER = 4  # words: "D comme de Denise"
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z\d]{11,30}")  # with its check digits
_NATIONAL = re.compile(
    r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]"  # India's Permanent Account Number: the fourth letter is the kind of holder
    r"|[A-Z]{6}[\dLMNP-V]{2}[A-EHLMPRST][\dLMNP-V]{2}[A-Z][\dLMNP-V]{3}[A-Z]"  # Italy's codice fiscale
)
_LONGEST_CODE = 34  # letters and digits (ISO 13616)


@dataclass(frozen=True)
class _Part:
    """Letters and digits that words say: "three three" 33, "golf" G, "L for Lima" L."""

    text: str
    first: int
    last: int


def find_codes(words: Sequence[TranscriptWord], numerals: Sequence[Numeral]) -> list[EntitySpan]:
    """Return the codes with letters in order: IBANs, India's tax numbers, Italy's fiscal codes."""
    return [found for parts in _streams(words, numerals) for found in _codes_in(parts)]


def _codes_in(parts: Sequence[_Part]) -> Iterator[EntitySpan]:
    at = 0
    while at < len(parts):
        found = next(_codes_at(parts, at), None) if parts[at].text[0].isalpha() else None
        if found:
            yield found
        at = next(
            (n for n in range(at, len(parts)) if found and parts[n].first > found.last), len(parts) if found else at + 1
        )


def _codes_at(parts: Sequence[_Part], at: int) -> Iterator[EntitySpan]:
    """Yield the codes that begin with a part, the longest first."""
    text, ends = "", []
    for part in parts[at : at + _LONGEST_CODE]:
        text += part.text
        if len(text) > _LONGEST_CODE:
            break
        ends.append((text, part.last))
    for code, last in reversed(ends):
        if _NATIONAL.fullmatch(code):
            yield EntitySpan(Entity.SSN, parts[at].first, last)
        elif _IBAN.fullmatch(code) and is_iban(code.lower()):
            yield EntitySpan(Entity.ACCOUNT_NUMBER, parts[at].first, last)


def _streams(words: Sequence[TranscriptWord], numerals: Sequence[Numeral]) -> Iterator[list[_Part]]:
    """Yield letters and digits that follow one another with nothing but "dash", "okay" and the like between."""
    starting = {numeral.first: numeral for numeral in numerals}
    stream: list[_Part] = []
    at = 0
    while at < len(words):
        part = _part(words, starting.get(at), at)
        if part:
            stream.append(part)
        elif words[at].normalised not in BETWEEN:
            if len(stream) > 1 or (stream and len(stream[0].text) > _LONGEST_LETTER):
                yield stream
            stream = []
        at = part.last + 1 if part else at + 1
    if stream:
        yield stream


def _part(words: Sequence[TranscriptWord], numeral: Numeral | None, at: int) -> _Part | None:
    """Return what the words from an index on say as letters or digits; None: they say none."""
    if numeral:
        written = re.sub(r"[\W_]", "", words[at].normalised) if numeral.first == numeral.last else ""
        text = written.upper() if re.search(r"\d", written) and written.isascii() else numeral.digits
        return _Part(text, at, numeral.last) if text else None
    word = words[at].normalised
    for last in range(at + 2, min(len(words), at + _LONGEST_LETTER)) if len(word) == 1 else ():
        if spelt_letter(words, last) == at:
            return _Part(word.upper(), at, last)
    if spelt_letter(words, at) == at:
        return _Part(word[0].upper(), at, at)
    capitals = words[at].text.strip(",.;:?!")
    if _CAPITALS.fullmatch(capitals):
        return _Part(capitals.replace("-", ""), at, at)
    return _Part(word.upper(), at, at) if len(word) == 1 and word.isascii() and word.isalpha() else None
