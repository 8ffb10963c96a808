"""Tokens: words of a transcript as text2num reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import text_to_num

from functions.transcripts.edits.numerals.idioms import IDIOMS
from functions.transcripts.edits.numerals.vocabularies import VOCABULARIES
from functions.transcripts.text_boundaries.letters import split_punctuation
from functions.transcripts.words import TranscriptWord

_STOPS = ',;:.?!…—–)]}»”"'
_SENTENCE_ENDS = ".?!…:"
_OPENINGS = '([{«“"¿¡'
MIN_DIGITS = 3  # of digits that are one number: "nine one one"


class Token:
    """One word, or one part of a word with hyphens; `text_to_num.find_numbers` calls its methods.

    Attributes:
        lower: The word in lower case, without punctuation around it.
        word: Index of the word.
        ends_phrase: Whether punctuation follows, so that no number continues after it.
        ends_sentence: Whether that is more than a comma.
        is_name: Whether it is capitalised inside a sentence.
        is_initials: Whether it is two or three capitals: "LH" of a flight.
        is_percent: Whether it belongs to "per cent", whose last word is a hundred in some languages.
        is_fixed: Whether it stays as it was: in an idiom, and "million" of "$5 million".
        elided: The article before a number in one word with it, as it is written: "L'" of "L'otto marzo".
    """

    def __init__(self, lower: str, spelling: str = "", word: int = 0, is_name: bool = False, elided: str = "") -> None:
        self.lower, self._spelling, self.word, self.is_name = lower, spelling or lower, word, is_name
        self.elided = elided
        self.ends_phrase = self.ends_sentence = self.is_percent = self.is_fixed = self.is_initials = False

    def text(self) -> str:
        """Return the word in a spelling that text2num knows."""
        return self._spelling

    def nt_separated(self, previous: Token) -> bool:
        """Return whether punctuation stands between this word and the one before."""
        return previous.ends_phrase

    def not_a_number_part(self) -> bool:
        """Return whether the word is no number, whatever it looks like."""
        return self.is_percent or self.is_fixed


class Tokens(list[Token]):
    """Tokens of a text, and look-ups that see nothing beyond punctuation."""

    def __init__(self, words: Sequence[TranscriptWord], language: str) -> None:
        super().__init__()
        self.language, self.vocabulary = language, VOCABULARIES[language]
        begins_sentence = True
        for index, word in enumerate(words):
            text = word.text.rstrip("'’")
            opens = word.text[:1] in _OPENINGS
            if self and opens:
                self[-1].ends_phrase = True
            if self and word.speaker != words[index - 1].speaker:
                self[-1].ends_phrase = self[-1].ends_sentence = True
            is_name = not begins_sentence and not opens and word.text[:1].isupper() and not word.text.isupper()
            elided = _elided(word.normalised, language)
            for part in _parts(word.normalised[len(elided) :], language):
                self.append(Token(part, _known_spelling(part, language), index, is_name))
            self[-1].is_initials = word.text.isupper() and word.text.isalpha() and len(word.text) in (2, 3)
            if elided:
                self[-1].elided = split_punctuation(word.text, word.normalised)[1][: len(elided)]
            self[-1].ends_phrase = text[-1:] in _STOPS
            self[-1].ends_sentence = self[-1].ends_phrase and text[-1:] != ","
            begins_sentence = text[-1:] in _SENTENCE_ENDS
        self._name_digits()
        for token in self._in_phrases(self.vocabulary.percent):
            token.is_percent = True
        for token in [*self._in_idioms(), *self._after_digits()]:
            token.is_fixed = True

    def word(self, at: int) -> str:
        """Return the word at an index; empty outside the text and right after punctuation."""
        return self[at].lower if 0 <= at < len(self) and not (at and self[at - 1].ends_phrase) else ""

    def word_before(self, at: int) -> str:
        """Return the word before an index; empty if punctuation or nothing is there."""
        return self[at - 1].lower if at > 0 and not self[at - 1].ends_phrase else ""

    def reads(self, at: int, phrase: Sequence[str]) -> bool:
        """Return whether the tokens from `at` on are a phrase, without punctuation inside."""
        span = self[at : at + len(phrase)]
        return [token.lower for token in span] == [*phrase] and not any(token.ends_phrase for token in span[:-1])

    def follows(self, at: int, phrase: Sequence[str]) -> bool:
        """Return whether the phrase begins at `at`, right after the word before."""
        return bool(self.word(at)) and self.reads(at, phrase)

    def _after_digits(self) -> Iterator[Token]:
        """Yield the number words that follow digits: they are one number, which is written already.

        Digits said one by one are none of them: "555 one two three four" is 555 1234.
        """
        follows, digits_end = False, 0
        for at, token in enumerate(self):
            follows = follows and is_number(token.lower, self.language) and bool(self.word(at))
            follows = follows and self.word(at + 1) != "past"  # "111, ten past two"
            if follows and at >= digits_end:
                end = at
                while _is_digit(self.word(end), self.language):
                    end += 1
                goes_on = bool(self.word(end)) and is_number(self.word(end), self.language)
                digits_end = end if end - at >= MIN_DIGITS and not goes_on else at
            if follows and at >= digits_end:
                yield token
            elif follows:
                continue
            elif token.lower[-1:].isdigit():
                follows = self.word_before(at) not in self.vocabulary.months  # "May 5 nineteen eighty four"

    def _name_digits(self) -> None:
        """Give another name of a digit, between two digits, its usual one."""
        for at, token in enumerate(self):
            name = self.vocabulary.digit_names.get(token.lower, "")
            if name and (self._is_between_digits(at) or self._is_next_to_digits(at)):
                self[at] = Token(token.lower, name, token.word)
                self[at].ends_phrase, self[at].ends_sentence = token.ends_phrase, token.ends_sentence

    def _is_between_digits(self, at: int) -> bool:
        return all(_is_digit(word, self.language) for word in (self.word_before(at), self.word(at + 1)))

    def _is_next_to_digits(self, at: int) -> bool:
        """Return whether the word at an index begins or ends digits: "meia um dois três", not "dez e meia um dois"."""
        before, after = self.word_before(at), self.word(at + 1)
        if before and after:
            is_end, step = before not in self.vocabulary.joiners and not _is_digit(before, self.language), 1
        else:
            is_end, step = True, -1 if before else 1
        goes_on = step > 0 and at > 0 and not before and _is_digit(self[at - 1].lower, self.language)  # "um dois, meia"
        indices = [at + step * n for n in range(1, MIN_DIGITS + 1 - goes_on)]
        words = [self.word(index) if step > 0 else self.word_before(index + 1) for index in indices]
        return is_end and all(_is_digit(word, self.language) for word in words)

    def _in_idioms(self) -> Iterator[Token]:
        """Yield the tokens of idioms; one whose last word begins a longer number is none: "alle drie duizend"."""
        for phrase in IDIOMS[self.language]:
            for at in range(len(self)):
                if self.reads(at, phrase) and (len(phrase) == 1 or not self._is_number_on(at + len(phrase))):
                    yield from self[at : at + len(phrase)]

    def _is_number_on(self, at: int) -> bool:
        """Return whether a number goes on at an index."""
        words = self.word(at - 1), self.word(at)
        return all(bool(word) and is_number(word, self.language) for word in words)

    def _in_phrases(self, phrases: Sequence[Sequence[str]]) -> Iterator[Token]:
        for phrase in phrases:
            for at in range(len(self)):
                if self.reads(at, phrase):
                    yield from self[at : at + len(phrase)]


def _elided(word: str, language: str) -> str:
    """Return the elided article that a number word begins with: "l'" of "l'otto", but "" of "nell'ottocento"."""
    pattern = VOCABULARIES[language].elided
    match = re.match(pattern, word) if pattern else None
    is_elided = match and is_number(word[match.end() :], language) and not word.endswith("cento")
    return match.group() if match and is_elided else ""


def _known_spelling(word: str, language: str) -> str:
    for pattern, spelling in VOCABULARIES[language].spellings.items():
        word = re.sub(pattern, spelling, word)
    return word


@lru_cache(maxsize=4096)
def is_number(word: str, language: str) -> bool:
    """Return whether text2num knows a word as one number."""
    return len(text_to_num.find_numbers([Token(_known_spelling(word, language))], language, 0.0)) == 1


@lru_cache(maxsize=4096)
def _is_digit(word: str, language: str) -> bool:
    """Return whether a word names one digit."""
    found = text_to_num.find_numbers([Token(_known_spelling(word, language))], language, 0.0) if word else []
    return len(found) == 1 and not found[0].is_ordinal and len(found[0].text) == 1 and not word.isdigit()


@lru_cache(maxsize=4096)
def _parts(word: str, language: str) -> tuple[str, ...]:
    """Return the parts of a word with hyphens if each is a number and the word is not one number."""
    parts = tuple(word.split("-"))
    if len(parts) == 1 or is_number(word, language) or not all(is_number(part, language) for part in parts):
        return (word,)
    return parts
