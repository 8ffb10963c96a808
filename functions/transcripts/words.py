"""Words of a channel: what a printed word is, how words are joined, and their order of time.

This is the one place that decides both. The engine aligns *parts* of the text: a token group such as "self",
"-employed", "$3", ".50" or one Chinese character. A printed word begins where the model's own text has a space or a
dash ends, and, in a language without spaces, between two letters of which one belongs to its script: Latin words in it
stay whole. Parts between two beginnings are one word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from earshot_contract.shards import Segment, Word
from functions.transcripts.graphemes import grapheme_starts, graphemes
from functions.transcripts.languages import UNSPACED
from functions.transcripts.transcript import Channel, Transcript

# Punctuation by Unicode, but pronounced: "AT & T", "50%", "user@host", "#1".
_PRONOUNCED = frozenset("%&@#")
_NOTES = frozenset("♩♪♫♬♭♯")  # how Whisper writes music
_DASHES = frozenset("—―")  # no space around them, and yet a word ends
_WITHOUT_ANY_SPACE = frozenset({"zh", "ja", "yue"})  # Thai, Lao and Burmese have them between sentences
_CONTINUING = frozenset("ーｰ々〻ゝゞヽヾๆໆ")  # letters that repeat or lengthen the one before
_UNSPACED_SCRIPTS = (
    (0x0E00, 0x0FFF),  # Thai, Lao, Tibetan
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19FF),  # Tai Le, New Tai Lue, Khmer symbols
    (0x3005, 0x3007),
    (0x3040, 0x312F),  # Hiragana, Katakana, Bopomofo
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAA7F),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),  # half-width Katakana
    (0x20000, 0x3FFFF),
)


@dataclass(frozen=True)
class PrintedWord(Word):
    """Word as it is printed, punctuation attached.

    Attributes:
        normalised: Lower-case, without the punctuation around it; empty for a word of punctuation only. An edit may set
            it: a replacement is written as given, also where the transcript is lower-case and without punctuation.
        space_before: Whether the model wrote a space before it.
    """

    normalised: str = ""
    space_before: bool = True


@dataclass(frozen=True)
class TranscriptWord:
    """One word. Times are seconds from the start of the file."""

    text: str  # as the model wrote it, punctuation attached
    normalised: str  # lower-case, without punctuation around it
    start: float
    end: float
    confidence: float  # 0..1
    position: tuple[int, int] = (0, 0)  # indices of the segment and of the word in it
    space_before: bool = True


def words_of(transcript: Transcript, channel: Channel) -> list[TranscriptWord]:
    """Return the words of a channel, without those that are only punctuation.

    start ≤ end ≤ next start, and all times lie within 0 and the audio's duration. Model times can overlap at window
    borders and in silence.
    """
    return [word for word in _ordered_words(transcript, channel) if word.normalised]


def punctuated_words_of(transcript: Transcript, channel: Channel) -> list[TranscriptWord]:
    """Return the words of `words_of`, each with the lone punctuation beside it in its text: "va ?", "♪ Contoso".

    Joined, they are the model's own text. A segment of punctuation only has no word and is left out.
    """
    words: list[TranscriptWord] = []
    waiting: TranscriptWord | None = None  # punctuation at the start of a segment
    for word in _ordered_words(transcript, channel, keep_punctuation=True):
        segment = word.position[0]
        if waiting and waiting.position[0] != segment:
            waiting = None
        if word.normalised:
            if waiting:
                text = waiting.text + _space_between(waiting.text, word) + word.text
                word, waiting = replace(word, text=text, space_before=waiting.space_before), None
            words.append(word)
        elif words and words[-1].position[0] == segment:
            words[-1] = replace(words[-1], text=words[-1].text + _space_between(words[-1].text, word) + word.text)
        elif waiting:
            waiting = replace(waiting, text=waiting.text + _space_between(waiting.text, word) + word.text)
        else:
            waiting = word
    return words


def printed_words(transcript: Transcript, channel: Channel) -> Iterator[PrintedWord]:
    """Yield all words of a channel as they are printed, those that are only punctuation included; times as they are."""
    for segment in channel.segments:
        yield from segment_words(segment, transcript.text_language(channel))


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
    offsets = _offsets(text, parts)
    if offsets is None:
        text, offsets = _joined_parts(parts, unspaced)
    starts = grapheme_starts(text)
    groups: list[tuple[int, list[Word]]] = []
    for offset, part in zip(offsets, parts, strict=True):
        if offset in starts and _begins_word(text, offset, unspaced):
            groups.append((offset, [part]))
        else:
            groups[-1][1].append(part)
    ends = [*(offset for offset, _ in groups[1:]), len(text)]
    return [
        _printed_word(text[offset:end].strip(), group, _has_space_before(text, offset, language))
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


def normalised(text: str) -> str:
    """Return the text in lower case without the punctuation around it.

    Punctuation inside stays (`it's`, `3.5`, `well-known`).
    """
    first, last = 0, len(text)
    while first < last and _is_punctuation(text[first]):
        first += 1
    while last > first and _is_punctuation(text[last - 1]):
        last -= 1
    return text[first:last].lower()


def join_words(words: Iterable[TranscriptWord | PrintedWord], punctuated: bool = True) -> str:
    """Join words to one line with the model's own spaces.

    Two words of a script with spaces are always separated, also where the punctuation between them is left out.
    """
    line = ""
    for word in words:
        text = word.text if punctuated else word.normalised
        line += _space_between(line, word, text) + text
    return line


def join_segments(texts: Iterable[str], language: str) -> list[str]:
    """Return the texts of segments, each with a space before it if it needs one after the text before it.

    In a language with spaces the first has one, too, as Whisper writes it.
    """
    spaced: list[str] = []
    for text in texts:
        word = TranscriptWord(text.strip(), "", 0.0, 0.0, 0.0, space_before=language not in UNSPACED)
        before = spaced[-1] if spaced else ""
        space = _space_between(before, word) if spaced else " " * word.space_before
        spaced.append(space + word.text)
    return spaced


def _ordered_words(transcript: Transcript, channel: Channel, keep_punctuation: bool = False) -> list[TranscriptWord]:
    language, duration = transcript.text_language(channel), transcript.audio.duration
    words = [
        TranscriptWord(
            word.text,
            word.normalised,
            word.start,
            word.end,
            min(max(word.probability, 0.0), 1.0),
            (number, index),
            word.space_before,
        )
        for number, segment in enumerate(channel.segments)
        for index, word in enumerate(segment_words(segment, language))
    ]
    timed = iter(_in_order([word for word in words if word.normalised], duration))
    return [next(timed) if word.normalised else word for word in words if word.normalised or keep_punctuation]


def _offsets(text: str, parts: Sequence[Word]) -> list[int] | None:
    """Return where in the text each part begins; None if the text is not made of them, spaces aside."""
    offsets: list[int] = []
    at = 0
    for part in parts:
        for number, letter in enumerate("".join(part.text.split())):
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
        spaced = part.text[0].isspace() if own_spaces else not (unspaced and text and _is_tight(text[-1], part_text[0]))
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
    if before in _DASHES:
        return after not in _DASHES and (_is_opening(after) or after in "\"'" or not _is_punctuation(after))
    if not unspaced or after in _CONTINUING or _is_opening(before):
        return False
    if _is_punctuation(after) and after not in _NOTES and not _is_opening(after):
        return False
    return _is_tight(before, after)


def _printed_word(text: str, parts: Sequence[Word], space_before: bool) -> PrintedWord:
    """Return the word made of these parts.

    It lasts from the first to the last part that is pronounced. Its probability is their mean by length: a part's is
    the mean of its tokens', so this is about the mean of the word's tokens.
    """
    pronounced = [part for part in parts if normalised(part.text.strip())] or parts
    lengths = [len(part.text.strip()) for part in pronounced]
    weighted = sum(part.probability * length for part, length in zip(pronounced, lengths, strict=True))
    probability = weighted / sum(lengths) if len(pronounced) > 1 else pronounced[0].probability
    start = pronounced[0].start
    end = pronounced[-1].end if len(pronounced) == 1 else max(start, pronounced[-1].end)
    return PrintedWord(text, start, end, probability, normalised(text), space_before)


def _space_between(line: str, word: TranscriptWord | PrintedWord, text: str | None = None) -> str:
    text = word.text if text is None else text
    return " " if line and text and (word.space_before or not _is_tight(line[-1], text[0])) else ""


def _in_order(words: list[TranscriptWord], duration: float) -> list[TranscriptWord]:
    ordered: list[TranscriptWord] = []
    earliest = 0.0
    for word in words:
        start = min(max(word.start, earliest), duration)
        ordered.append(replace(word, start=start, end=min(max(word.end, start), duration)))
        earliest = start
    for index, following in enumerate(ordered[1:]):
        if ordered[index].end > following.start:
            ordered[index] = replace(ordered[index], end=following.start)
    return ordered


def _is_punctuation(letter: str) -> bool:
    return letter not in _PRONOUNCED and (unicodedata.category(letter)[0] in "PZC" or letter in _NOTES)


def _is_opening(letter: str) -> bool:
    return unicodedata.category(letter) in ("Ps", "Pi")


def _is_tight(before: str, after: str) -> bool:
    """Tell whether two neighbouring letters of different words may stand without a space between them."""
    return any(_is_unspaced(letter) or letter in _DASHES for letter in (before, after))


def _is_unspaced(letter: str) -> bool:
    """Tell whether a letter or a mark belongs to a script that is written without spaces between words."""
    if unicodedata.category(letter)[0] in "PZ":
        return unicodedata.east_asian_width(letter) in "WF"
    return any(first <= ord(letter) <= last for first, last in _UNSPACED_SCRIPTS)
