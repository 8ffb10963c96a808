"""Printed words of a segment: the rules that make words of the engine's parts.

No other module splits text into words. The engine aligns *parts* of it: a token group such as "self", "-employed",
"$3", ".50" or one Chinese character. A printed word begins where the model's own text has a space or a dash ends, and,
in a language without spaces, between two letters of which one belongs to its script: Latin words in it stay whole.
Parts between two beginnings are one word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from earshot_contract.documents.shard_results import Segment, Word
from functions.languages import UNSPACED
from functions.transcripts.text_boundaries.graphemes import graphemes
from functions.transcripts.text_boundaries.letters import (
    DASHES,
    NOTES,
    ends_with_dash,
    is_opening,
    is_punctuation,
    is_tight,
    normalised,
    split_after_dashes,
)
from functions.transcripts.text_boundaries.word_breaks import word_starts

_STOPS = re.compile(r"(?:[…‥!?,;)\]”]|\.{2,})+$")  # narrow, or narrow in some fonts
_WITHOUT_ANY_SPACE = frozenset({"zh", "ja", "yue"})  # Thai, Lao and Burmese have them between sentences
# Letters that repeat, lengthen, mark or end the one before: no word and no line begins with one (JIS X 4051).
_CONTINUING = frozenset(
    "ーｰ々〻ゝゞヽヾๆໆﾞﾟぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿｧｨｩｪｫｬｭｮｯ"
)


@dataclass(frozen=True)
class PrintedWord(Word):
    """Word as it is printed, punctuation attached.

    Attributes:
        normalised: Lower-case, without the punctuation around it; empty for a word of punctuation only. An edit may set
            it: a replacement is written as given, also where the transcript is lower-case and without punctuation.
        space_before: Whether the model wrote a space before it.
        speaker: Number of its speaker; None if speakers were not told apart.
        speaker_confidence: How sure that is, 0..1.
    """

    normalised: str = ""
    space_before: bool = True
    speaker: int | None = None
    speaker_confidence: float = 0.0


def segment_words(segment: Segment, language: str) -> list[PrintedWord]:
    """Return a segment's words as they are printed.

    The spaces are those of the segment's text; words of which it is not made decide by their own leading spaces. A
    segment without words is split by the same rules, and its words share its time by length.
    """
    parts = [part for part in segment.words if part.text.strip()]
    if parts and all(isinstance(part, PrintedWord) for part in parts):
        return [part for part in parts if isinstance(part, PrintedWord)]
    text, unspaced = " ".join(segment.text.split()), language in UNSPACED
    if not parts:
        texts = [cluster for cluster in graphemes(text) if cluster.strip()] if unspaced else text.split()
        parts = spread(texts, segment.start, segment.end)
    if not parts:
        return []
    parts = [shorter for part in parts for shorter in _split_after_dashes(part)]
    offsets = _offsets(text, parts)
    if offsets is None:
        text, offsets = _joined_parts(parts, unspaced)
    starts = word_starts(text)
    groups: list[tuple[int, list[Word]]] = []
    for offset, part in zip(offsets, parts, strict=True):
        if offset in starts and _begins_word(text, offset, unspaced):
            groups.append((offset, [part]))
        else:
            groups[-1][1].append(part)
    ends = [*(offset for offset, _ in groups[1:]), len(text)]
    return [
        _printed_word(text[offset:end].strip(), group, _has_space_before(text, offset, language), language)
        for (offset, group), end in zip(groups, ends, strict=True)
    ]


def spread(texts: Sequence[str], start: float, end: float) -> list[Word]:
    """Return words of these texts that share the time from `start` to `end` (s) by length."""
    share = max(end - start, 0.0) / max(sum(map(len, texts)), 1)
    words = []
    for text in texts:
        words.append(Word(text, start, start + share * len(text), 0.0))
        start = words[-1].end
    return words


def _split_after_dashes(part: Word) -> list[Word]:
    """Return the words of a part with dashes inside: Whisper's own split is at ASCII punctuation and spaces."""
    texts = split_after_dashes(part.text)
    if len(texts) == 1:
        return [part]
    return [replace(shorter, probability=part.probability) for shorter in spread(texts, part.start, part.end)]


def _offsets(text: str, parts: Sequence[Word]) -> list[int] | None:
    """Return where in the text each part begins; None if the text is not made of them, spaces aside."""
    offsets: list[int] = []
    at = 0
    for part in parts:
        letters = "".join(part.text.split())
        at += text.startswith(" ", at)  # the text has single spaces
        if letters and text.startswith(letters, at):
            offsets.append(at)
            at += len(letters)
            continue
        for number, letter in enumerate(letters):
            while at < len(text) and text[at] == " ":
                at += 1
            if at == len(text) or text[at] != letter:
                return None
            if number == 0:
                offsets.append(at)
            at += 1
    return offsets if not text[at:].strip() else None


def _joined_parts(parts: Sequence[Word], unspaced: bool) -> tuple[str, list[int]]:
    """Return a text made of the parts, and where in it each begins."""
    own_spaces = any(part.text[0].isspace() for part in parts[1:])
    text, offsets = "", []
    for part in parts:
        part_text = " ".join(part.text.split())
        spaced = part.text[0].isspace() if own_spaces else not (unspaced and text and is_tight(text[-1], part_text[0]))
        text += " " * bool(text and spaced)
        offsets.append(len(text))
        text += part_text
    return text, offsets


def _has_space_before(text: str, at: int, language: str) -> bool:
    if language in _WITHOUT_ANY_SPACE:
        return False
    return text[at - 1] == " " if at else language not in UNSPACED


def _begins_word(text: str, at: int, unspaced: bool) -> bool:
    if at == 0 or text[at - 1] == " ":
        return True
    before, after = text[at - 1], text[at]
    if ends_with_dash(text[:at]):
        return after not in DASHES and (is_opening(after) or after in "\"'" or not is_punctuation(after))
    if not unspaced or is_opening(before) or (after in _CONTINUING and not is_punctuation(before)):
        return False
    if is_punctuation(after) and after not in NOTES and not is_opening(after):
        return False
    return is_tight(before, after) or _ends_phrase(text[:at])


def _ends_phrase(line: str) -> bool:
    """Return whether narrow punctuation ends a phrase, so that Latin letters behind it are a word: "はい…OK", "好!OK".

    Such a stop after a Latin letter may be inside a word ("f(x)y", "Yahoo!"), and so may a full stop ("百度.com").
    """
    stops = _STOPS.search(line)
    if not stops:
        return False
    return stops[0][-1] in "…‥" or is_tight(line[: stops.start()][-1:] or " ", "x")


def _printed_word(text: str, parts: Sequence[Word], space_before: bool, language: str) -> PrintedWord:
    """Return the word made of these parts.

    It lasts from the first to the last part that is pronounced. Its probability is their mean by length: a part's is
    the mean of its tokens', so this is about the mean of the word's tokens.
    """
    pronounced = parts if len(parts) == 1 else [part for part in parts if normalised(part.text.strip())] or parts
    lengths = [len(part.text.strip()) for part in pronounced]
    weighted = sum(part.probability * length for part, length in zip(pronounced, lengths, strict=True))
    probability = weighted / sum(lengths) if len(pronounced) > 1 else pronounced[0].probability
    start = pronounced[0].start
    end = pronounced[-1].end if len(pronounced) == 1 else max(start, pronounced[-1].end)
    return PrintedWord(text, start, end, probability, normalised(text, language), space_before)
