"""Words of a channel: their order of time, and their joining to lines. No other module joins words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from functions.languages import UNSPACED
from functions.transcripts.speakers import WordSpeaker, word_speakers
from functions.transcripts.text_boundaries.letters import ends_with_dash, is_tight
from functions.transcripts.text_boundaries.printed_words import PrintedWord, segment_words
from functions.transcripts.transcript import Channel, Transcript

_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)])  # Unicode's category Cc, to nothing


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
    speaker: int | None = None  # from 0 within the channel; None: speakers were not told apart
    speaker_confidence: float = 0.0  # 0..1


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
    for words in _words_by_segment(transcript, channel):
        yield from words


def join_words(words: Iterable[TranscriptWord | PrintedWord], punctuated: bool = True) -> str:
    """Join words to one line with the model's own spaces.

    Two words of a script with spaces are always separated, also where the punctuation between them is left out. Control
    characters of a correction or a replacement are left out.
    """
    line = ""
    for word in words:
        text = word.text if punctuated else word.normalised
        line += _space_between(line, word, text) + text
    return without_controls(line)


def join_segments(texts: Iterable[str], language: str) -> list[str]:
    """Return the texts of segments, each with a space before it if it needs one after the text before it.

    In a language with spaces the first has one, too, as Whisper writes it. A text of control characters becomes empty.
    """
    spaced: list[str] = []
    before = ""
    for text in texts:
        printed = without_controls(text).strip()
        word = TranscriptWord(printed, "", 0.0, 0.0, 0.0, space_before=language not in UNSPACED)
        space = _space_between(before, word) if before else " " * word.space_before
        spaced.append(space + printed if printed else "")
        before = spaced[-1] or before
    return spaced


def without_controls(text: str) -> str:
    """Return a text without control characters: a NUL ends a caption file, others steer a terminal."""
    return text if text.isprintable() else text.translate(_CONTROLS)


def _ordered_words(transcript: Transcript, channel: Channel, keep_punctuation: bool = False) -> list[TranscriptWord]:
    words = [
        TranscriptWord(
            word.text,
            word.normalised,
            word.start,
            word.end,
            min(max(word.probability, 0.0), 1.0),
            (number, index),
            word.space_before,
            word.speaker,
            word.speaker_confidence,
        )
        for number, segment in enumerate(_words_by_segment(transcript, channel))
        for index, word in enumerate(segment)
    ]
    timed = iter(_in_order([word for word in words if word.normalised], transcript.audio.duration))
    return [next(timed) if word.normalised else word for word in words if word.normalised or keep_punctuation]


def _words_by_segment(transcript: Transcript, channel: Channel) -> list[list[PrintedWord]]:
    """Return the printed words of each segment, with their speakers if these were told apart."""
    segments = [segment_words(segment, transcript.segment_language(channel, segment)) for segment in channel.segments]
    if transcript.speaker_model is None:
        return segments
    times = [(word.start, word.end) for words in segments for word in words]
    speakers = iter(word_speakers(times, channel.turns))
    return [[_with_speaker(word, next(speakers)) for word in words] for words in segments]


def _with_speaker(word: PrintedWord, speaker: WordSpeaker) -> PrintedWord:
    return replace(word, speaker=speaker.number, speaker_confidence=speaker.confidence)


def _space_between(line: str, word: TranscriptWord | PrintedWord, text: str | None = None) -> str:
    text = word.text if text is None else text
    if not line or not text:
        return ""
    is_joined = is_tight(line[-1], text[0]) or ends_with_dash(line)
    return " " if word.space_before or not is_joined else ""


def _in_order(words: list[TranscriptWord], duration: float) -> list[TranscriptWord]:
    ordered: list[TranscriptWord] = []
    earliest = 0.0
    for word in words:
        start = min(max(word.start, earliest), duration)
        end = min(max(word.end, start), duration)
        ordered.append(word if (word.start, word.end) == (start, end) else replace(word, start=start, end=end))
        earliest = start
    for index, following in enumerate(ordered[1:]):
        if ordered[index].end > following.start:
            ordered[index] = replace(ordered[index], end=following.start)
    return ordered
