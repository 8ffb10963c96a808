"""Words of a channel: in order of time, inside the audio, with and without punctuation."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from earshot_contract.shards import Segment, Word
from functions.transcripts.languages import UNSPACED
from functions.transcripts.transcript import Channel, Transcript

# Punctuation by Unicode, but pronounced: "AT & T", "50%", "user@host", "#1".
_PRONOUNCED = frozenset("%&@#")
_NOTES = frozenset("♩♪♫♬♭♯")  # how Whisper writes music


@dataclass(frozen=True)
class TranscriptWord:
    """One word. Times are seconds from the start of the file."""

    text: str  # as the model wrote it, punctuation attached
    normalised: str  # lower-case, without punctuation around it
    start: float
    end: float
    confidence: float  # 0..1
    position: tuple[int, int] = (0, 0)  # indices of the segment and of the word in it


@dataclass(frozen=True)
class EditedWord(Word):
    """Word of an edited transcript: its normalised text is set by the edit, not derived from `text`.

    A replacement is written as given, also where the transcript is lower-case and without punctuation.
    """

    normalised: str = ""


def words_of(transcript: Transcript, channel: Channel) -> list[TranscriptWord]:
    """Return the words of a channel, without those that are only punctuation.

    start ≤ end ≤ next start, and all times lie within 0 and the audio's duration. Model times can overlap at window
    borders and in silence.
    """
    language, duration = transcript.text_language(channel), transcript.audio.duration
    words = [
        _transcript_word(word, (number, index))
        for number, segment in enumerate(channel.segments)
        for index, word in enumerate(segment_words(segment, language))
    ]
    return _in_order([word for word in words if word.normalised], duration)


def segment_words(segment: Segment, language: str) -> list[Word]:
    """Return a segment's words; if it has none, its text split into words that share its time by length.

    Text in a language without spaces is split into characters.
    """
    if segment.words or not segment.text.strip():
        return segment.words
    texts = list(segment.text.strip()) if language in UNSPACED else segment.text.split()
    return spread(texts, segment.start, segment.end)


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


def join_words(words: Iterable[TranscriptWord], language: str, punctuated: bool) -> str:
    """Join words to one line; in a language without spaces, only Latin letters and digits are separated by one."""
    return join_texts([word.text if punctuated else word.normalised for word in words], language)


def join_texts(texts: Iterable[str], language: str) -> str:
    """Join the texts of words to one line, like `join_words`."""
    if language not in UNSPACED:
        return " ".join(texts)
    line = ""
    for text in texts:
        line += (" " if line and _is_ascii(line[-1]) and _is_ascii(text[:1]) else "") + text
    return line


def _transcript_word(word: Word, position: tuple[int, int]) -> TranscriptWord:
    text = word.text.strip()
    without_punctuation = word.normalised if isinstance(word, EditedWord) else normalised(text)
    return TranscriptWord(
        text, without_punctuation, word.start, word.end, min(max(word.probability, 0.0), 1.0), position
    )


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


def _is_ascii(letter: str) -> bool:
    return letter.isascii() and not letter.isspace()
