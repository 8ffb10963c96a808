"""Words of captions and of plain text: in order, to the millisecond, each narrow enough for a line.

No line begins inside a letter, a Thai word, a syllable of another script without spaces, or a phrase of Japanese or
Chinese.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from unicodedata import category, east_asian_width

from functions.transcripts.sentences import CLAUSE_END, ends_sentence
from functions.transcripts.text_boundaries.graphemes import graphemes
from functions.transcripts.text_boundaries.letters import is_opening
from functions.transcripts.text_boundaries.printed_words import PrintedWord, spread
from functions.transcripts.text_boundaries.word_breaks import phrase_starts, word_starts
from functions.transcripts.transcript import Channel, Transcript
from functions.transcripts.words import join_words, printed_words

TICK = 0.001  # seconds: resolution of SRT and WebVTT
MAX_SECONDS = 7.0  # of a cue, and so of a word
_PHRASE_PAUSE = 0.5  # seconds of silence that end a phrase
_UNITS = frozenset("%‰٪€£$¥₽₹₺₴°")  # behind a number, where a space is before them
_CLOSING = frozenset({"Po", "Pe", "Pf"})  # of Unicode's categories; a dash may begin a speaker's turn
_FIRST_WIDE = "\u1100"  # the first letter that takes two columns (Unicode's EastAsianWidth)


def caption_words(transcript: Transcript, channel: Channel, columns: int) -> list[PrintedWord]:
    """Return a channel's words in order, like `timed_words`, each narrow enough for a line.

    Of Japanese and Chinese they are phrases: no line ends inside one.
    """
    words = _with_lone_marks(printed_words(transcript, channel))
    phrases = _phrases(words, transcript.text_language(channel), columns)
    return _in_order(part for phrase in phrases for part in _split_wide_word(phrase, columns))


def timed_words(transcript: Transcript, channel: Channel) -> list[PrintedWord]:
    """Return a channel's words in order, to the millisecond, each short enough for a cue."""
    return _in_order(_with_lone_marks(printed_words(transcript, channel)))


def split_at_pauses(words: Sequence[PrintedWord], pause: float) -> Iterator[list[PrintedWord]]:
    """Yield the words of one speaker between silences of at least `pause` seconds."""
    stretch: list[PrintedWord] = []
    for word in words:
        if stretch and (word.start - stretch[-1].end >= pause or word.speaker != stretch[-1].speaker):
            yield stretch
            stretch = []
        stretch.append(word)
    if stretch:
        yield stretch


def columns_of(text: str) -> int:
    """Return the width of a text in columns: two for a full-width letter."""
    if text.isascii():  # a transcript of a day has a million texts to measure
        return len(text)
    return len(text) + sum(east_asian_width(c) in "WF" for c in text if c >= _FIRST_WIDE)


def _in_order(words: Iterable[PrintedWord]) -> list[PrintedWord]:
    ordered: list[PrintedWord] = []
    for word in words:
        start = max(round(word.start, 3), ordered[-1].end if ordered else 0.0)
        end = min(max(round(word.end, 3), start + TICK), start + MAX_SECONDS)
        ordered.append(replace(word, start=start, end=round(end, 3)))
    return ordered


def _with_lone_marks(words: Iterable[PrintedWord]) -> list[PrintedWord]:
    """Return the words with the marks that stand between spaces in their text: "va ?", "« Oui", "25 %".

    No line begins with a mark that ends something, and none ends with one that begins something.
    """
    found: list[PrintedWord] = []
    for word in words:
        before = found[-1] if found else None
        if before and _ends(before, word):
            found[-1] = replace(before, text=join_words([before, word]))
        elif before and not before.normalised and is_opening(before.text[-1]):
            found[-1] = replace(word, text=join_words([before, word]), space_before=before.space_before)
        else:
            found.append(word)
    return found


def _ends(before: PrintedWord, mark: PrintedWord) -> bool:
    """Return whether a word is a lone mark that belongs to the word before it."""
    if mark.normalised:
        return before.text[-1:].isdigit() and mark.text[0] in _UNITS and not mark.text[-1].isalnum()
    return bool(before.normalised) and category(mark.text[0]) in _CLOSING and mark.text[0] not in "\"'"


def _phrases(words: Sequence[PrintedWord], language: str, columns: int) -> Sequence[PrintedWord]:
    """Join the words of a phrase, as long as it fits a line; in a language that is not written in phrases none."""
    starts = phrase_starts("".join(word.text for word in words), language)
    if starts is None:
        return words
    phrases: list[PrintedWord] = []
    at = 0
    for word in words:
        before = phrases[-1] if phrases else None
        if before and at not in starts and _are_phrase(before, word, columns):
            text = join_words([before, word])
            phrases[-1] = replace(before, text=text, end=max(before.end, word.end))
        else:
            phrases.append(word)
        at += len(word.text)
    return phrases


def _are_phrase(before: PrintedWord, word: PrintedWord, columns: int) -> bool:
    return (
        word.speaker == before.speaker
        and word.start - before.end < _PHRASE_PAUSE
        and not word.space_before
        and not CLAUSE_END.search(before.text)
        and not ends_sentence(before.text, word.text)
        and columns_of(before.text + word.text) <= columns
    )


def _split_wide_word(word: PrintedWord, columns: int) -> list[PrintedWord]:
    """Split a word that is wider than a line (an address, a script without spaces), never inside a letter.

    In a script without spaces it is split between words or syllables, where these fit a line.
    """
    text = word.text.replace("-->", "→")
    if columns_of(text) <= columns:
        return [replace(word, text=text)]
    parts = [""]
    ends = [*(at for at in sorted(word_starts(text) - {0}) if _may_begin_line(text, at)), len(text)]
    for syllable in (text[start:end] for start, end in pairwise([0, *ends])):
        for letter in _narrow_parts(syllable, columns):
            if columns_of(parts[-1] + letter) > columns:
                parts.append("")
            parts[-1] += letter
    return [
        replace(
            word, text=part.text.strip(), start=part.start, end=part.end, space_before=word.space_before or number > 0
        )
        for number, part in enumerate(spread(parts, word.start, word.end))
        if part.text.strip()
    ]


def _may_begin_line(text: str, at: int) -> bool:
    """Return whether a line may break at an index: not before a closing mark, not behind an opening one."""
    return category(text[at]) not in _CLOSING and not is_opening(text[at - 1])


def _narrow_parts(text: str, columns: int) -> Iterator[str]:
    """Yield parts of a text that are narrower than a line: all of it, its letters or, of marks piled up, each mark."""
    if columns_of(text) <= columns:
        yield text
        return
    for letter in graphemes(text):
        yield from [letter] if columns_of(letter) <= columns else letter
