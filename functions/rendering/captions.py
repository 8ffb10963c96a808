"""Captions and plain text of a transcript: SRT, WebVTT, TXT.

Lines of at most 42 columns, two lines a caption, seven seconds at most, and no two captions at once: the usual
broadcast rules (Netflix' and the BBC's agree on them). A full-width character counts two columns.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from unicodedata import east_asian_width

from earshot_contract.shards import Segment, Word
from functions.transcripts.languages import UNSPACED, joined
from functions.transcripts.transcript import Transcript

LINE_COLUMNS, LINES = 42, 2
LONGEST, SHORTEST = 7.0, 1.0  # seconds; the short one is stretched into the silence that follows it
PAUSE = 1.2  # seconds of silence that end a caption
PARAGRAPH = 2.0  # seconds of silence that end a line of plain text
TICK = 0.001  # what SRT and WebVTT can tell apart
SENTENCE_END = re.compile(r"[.!?…。！？]['\"”’)»」]*$")
CLAUSE_END = re.compile(r"[,;:、，；：—–]['\"”’)»」]*$")


@dataclass(frozen=True)
class Cue:
    """One caption: its time in seconds, its one or two lines."""

    start: float
    end: float
    lines: tuple[str, ...]


def srt(transcript: Transcript) -> str:
    blocks = [
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{_body(cue)}\n"
        for number, cue in enumerate(cues(transcript), 1)
    ]
    return "\n".join(blocks)


def vtt(transcript: Transcript) -> str:
    blocks = [
        f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{html.escape(_body(cue), quote=False)}\n"
        for cue in cues(transcript)
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def txt(transcript: Transcript) -> str:
    """What was said, a line ended by each longer pause; of several channels each line says which."""
    many = len(transcript.channels) > 1
    lines = [
        (words[0].start, f"[channel {index}] " * many + joined([word.text for word in words], language))
        for index, language, spoken in _channels(transcript)
        for words in _split_at_pauses(spoken, PARAGRAPH)
    ]
    return "".join(f"{line}\n" for _, line in sorted(lines, key=lambda timed: timed[0]))


def cues(transcript: Transcript) -> list[Cue]:
    """Captions of all channels in order of time, none overlapping another."""
    found = [cue for _, language, spoken in _channels(transcript) for cue in _cues(spoken, language)]
    apart = _apart(sorted(found, key=lambda cue: (cue.start, cue.end)))
    if not apart:
        return []
    limits = [*(cue.start for cue in apart[1:]), max(round(transcript.audio.duration, 3), apart[-1].end)]
    return [
        replace(cue, end=max(cue.end, min(cue.start + SHORTEST, limit)))
        for cue, limit in zip(apart, limits, strict=True)
    ]


def _channels(transcript: Transcript) -> Iterator[tuple[int, str, list[Word]]]:
    """Index, language of the text, words. A translation is English, whatever was spoken."""
    for channel in transcript.channels:
        language = "en" if transcript.task == "translate" else channel.language
        yield channel.index, language, _words(channel.segments, language)


def _cues(words: Sequence[Word], language: str) -> Iterator[Cue]:
    for stretch in _split_at_pauses(words, PAUSE):
        rest = stretch
        while rest:
            count = _fitting(rest, language)
            taken, rest = rest[:count], rest[count:]
            yield Cue(taken[0].start, taken[-1].end, _wrap([word.text for word in taken], language) or ())


def _fitting(words: Sequence[Word], language: str) -> int:
    """How many of the words make the next caption: all if they go in, else to the last end of a sentence
    that makes half a line, else to the last comma in the second half, else as many as go in."""
    most = 1
    while (
        most < len(words)
        and words[most].end - words[0].start <= LONGEST
        and _wrap([w.text for w in words[: most + 1]], language) is not None
    ):
        most += 1
    if most == len(words):
        return most
    texts = [word.text for word in words[:most]]
    for count in range(most, 0, -1):
        long_enough = _columns(joined(texts[:count], language)) >= LINE_COLUMNS / 2
        if long_enough and SENTENCE_END.search(texts[count - 1]):
            return count
    for count in range(most, most // 2, -1):
        if CLAUSE_END.search(texts[count - 1]):
            return count
    return most


def _wrap(texts: list[str], language: str) -> tuple[str, ...] | None:
    """As one line, or two of about the same width; None when two cannot hold it."""
    whole = joined(texts, language)
    if _columns(whole) <= LINE_COLUMNS:
        return (whole,)
    pairs = [(joined(texts[:at], language), joined(texts[at:], language)) for at in range(1, len(texts))]
    fitting = [pair for pair in pairs if max(map(_columns, pair)) <= LINE_COLUMNS]
    if not fitting:
        return None
    # A break after punctuation reads better than the evenest one: worth eight columns of difference.
    return min(fitting, key=lambda p: abs(_columns(p[0]) - _columns(p[1])) - 8 * bool(CLAUSE_END.search(p[0])))


def _apart(cues: Sequence[Cue]) -> list[Cue]:
    """Cut what overlaps: at the later one's start, or, when both start together, in the middle."""
    done: list[Cue] = []
    for cue in cues:
        if done and cue.start < done[-1].end:
            before = done[-1]
            together = cue.start - before.start < SHORTEST / 2
            cut = (before.start + max(cue.end, before.end)) / 2 if together else cue.start
            cut = round(max(cut, before.start + TICK), 3)
            done[-1] = replace(before, end=min(before.end, cut))
            cue = replace(cue, start=cut)
        done.append(replace(cue, end=max(cue.end, cue.start + TICK)))
    return done


def _words(segments: Sequence[Segment], language: str) -> list[Word]:
    """Every word narrow enough for a line and short enough for a caption, in order, to the millisecond."""
    ordered: list[Word] = []
    for segment in segments:
        for word in segment.words or _guessed(segment, language):
            for piece in _cut(word):
                start = max(round(piece.start, 3), ordered[-1].end if ordered else 0.0)
                end = min(max(round(piece.end, 3), start + TICK), start + LONGEST)
                ordered.append(replace(piece, start=start, end=round(end, 3)))
    return ordered


def _guessed(segment: Segment, language: str) -> list[Word]:
    """Words without times of their own share their segment's, by length."""
    texts = list(segment.text.strip()) if language in UNSPACED else segment.text.split()
    return _spread(texts, segment.start, segment.end)


def _cut(word: Word) -> list[Word]:
    """A word wider than a line (an address, unspaced script) in pieces."""
    text = " ".join(word.text.split()).replace("-->", "→")
    if not text:
        return []
    if _columns(text) <= LINE_COLUMNS:
        return [replace(word, text=text)]
    pieces = [""]
    for letter in text:
        if _columns(pieces[-1] + letter) > LINE_COLUMNS:
            pieces.append("")
        pieces[-1] += letter
    return _spread(pieces, word.start, word.end)


def _spread(texts: Sequence[str], start: float, end: float) -> list[Word]:
    share = max(end - start, 0.0) / max(sum(map(len, texts)), 1)
    words = []
    for text in texts:
        words.append(Word(text, start, start + share * len(text), 0.0))
        start = words[-1].end
    return words


def _split_at_pauses(words: Sequence[Word], pause: float) -> Iterator[list[Word]]:
    stretch: list[Word] = []
    for word in words:
        if stretch and word.start - stretch[-1].end >= pause:
            yield stretch
            stretch = []
        stretch.append(word)
    if stretch:
        yield stretch


def _columns(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _body(cue: Cue) -> str:
    return "\n".join(cue.lines)


def _clock(seconds: float, comma: str) -> str:
    """`00:01:02,345`"""
    whole = round(seconds * 1000)
    return f"{whole // 3600000:02d}:{whole // 60000 % 60:02d}:{whole // 1000 % 60:02d}{comma}{whole % 1000:03d}"
