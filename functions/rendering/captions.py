"""Caption cues, for SRT and WebVTT.

Limits follow Netflix's Timed Text Style Guide: 42 characters a line, 2 lines, at most 7 seconds, and no two captions at
once. A full-width character counts as two columns. (The BBC's guide allows fewer characters.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from unicodedata import east_asian_width

from earshot_contract.shards import Word
from functions.transcripts.languages import join
from functions.transcripts.transcript import Channel, Transcript
from functions.transcripts.words import segment_words, spread

LINE_COLUMNS, LINES = 42, 2
MAX_SECONDS, MIN_SECONDS = 7.0, 1.0  # of a cue; a shorter one is extended into the silence that follows it
CUE_PAUSE = 1.2  # seconds of silence that end a cue
TICK = 0.001  # seconds: resolution of SRT and WebVTT
SENTENCE_END = re.compile(r"[.!?…。！？]['\"”’)»」]*$")
CLAUSE_END = re.compile(r"[,;:、，；：—–]['\"”’)»」]*$")


@dataclass(frozen=True)
class Cue:
    """One caption: its time in seconds and its one or two lines."""

    start: float
    end: float
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """Lines, separated by line breaks."""
        return "\n".join(self.lines)


def cues(transcript: Transcript) -> list[Cue]:
    """Return the cues of all channels in order of time; none overlaps another."""
    found = [
        cue
        for channel in transcript.channels
        for cue in _channel_cues(caption_words(transcript, channel), transcript.text_language(channel))
    ]
    separate = _without_overlaps(sorted(found, key=lambda cue: (cue.start, cue.end)))
    if not separate:
        return []
    limits = [*(cue.start for cue in separate[1:]), max(round(transcript.audio.duration, 3), separate[-1].end)]
    return [
        replace(cue, end=max(cue.end, min(cue.start + MIN_SECONDS, limit)))
        for cue, limit in zip(separate, limits, strict=True)
    ]


def caption_words(transcript: Transcript, channel: Channel) -> list[Word]:
    """Return a channel's words in order, to the millisecond.

    Each is narrow enough for a line and short enough for a cue.
    """
    ordered: list[Word] = []
    for segment in channel.segments:
        for word in segment_words(segment, transcript.text_language(channel)):
            for part in _split_wide_word(word):
                start = max(round(part.start, 3), ordered[-1].end if ordered else 0.0)
                end = min(max(round(part.end, 3), start + TICK), start + MAX_SECONDS)
                ordered.append(replace(part, start=start, end=round(end, 3)))
    return ordered


def split_at_pauses(words: Sequence[Word], pause: float) -> Iterator[list[Word]]:
    """Yield the words between silences of at least `pause` seconds."""
    stretch: list[Word] = []
    for word in words:
        if stretch and word.start - stretch[-1].end >= pause:
            yield stretch
            stretch = []
        stretch.append(word)
    if stretch:
        yield stretch


def timestamp(seconds: float, decimal_mark: str) -> str:
    """Return `00:01:02,345`, with `decimal_mark` before the milliseconds."""
    total = round(seconds * 1000)
    return f"{total // 3600000:02d}:{total // 60000 % 60:02d}:{total // 1000 % 60:02d}{decimal_mark}{total % 1000:03d}"


def _channel_cues(words: Sequence[Word], language: str) -> Iterator[Cue]:
    for stretch in split_at_pauses(words, CUE_PAUSE):
        rest = stretch
        while rest:
            count = _next_cue_length(rest, language)
            cue_words, rest = rest[:count], rest[count:]
            lines = _wrap([word.text for word in cue_words], language) or ()
            yield Cue(cue_words[0].start, cue_words[-1].end, lines)


def _next_cue_length(words: Sequence[Word], language: str) -> int:
    """Return the number of words in the next cue.

    Splits, in this order: at the last sentence end beyond half a line; at the last comma in the second half; where the
    cue is full.
    """
    full = 1
    while (
        full < len(words)
        and words[full].end - words[0].start <= MAX_SECONDS
        and _wrap([w.text for w in words[: full + 1]], language) is not None
    ):
        full += 1
    if full == len(words):
        return full
    texts = [word.text for word in words[:full]]
    for count in range(full, 0, -1):
        long_enough = _columns(join(texts[:count], language)) >= LINE_COLUMNS / 2
        if long_enough and SENTENCE_END.search(texts[count - 1]):
            return count
    for count in range(full, full // 2, -1):
        if CLAUSE_END.search(texts[count - 1]):
            return count
    return full


def _wrap(texts: list[str], language: str) -> tuple[str, ...] | None:
    """Return one line, or two of about the same width; None if two lines are too narrow."""
    line = join(texts, language)
    if _columns(line) <= LINE_COLUMNS:
        return (line,)
    pairs = [(join(texts[:at], language), join(texts[at:], language)) for at in range(1, len(texts))]
    narrow = [pair for pair in pairs if max(map(_columns, pair)) <= LINE_COLUMNS]
    if not narrow:
        return None
    # A break after punctuation reads better than an even one: it is worth eight columns of difference.
    return min(narrow, key=lambda p: abs(_columns(p[0]) - _columns(p[1])) - 8 * bool(CLAUSE_END.search(p[0])))


def _without_overlaps(cues: Sequence[Cue]) -> list[Cue]:
    """Shorten overlapping cues: at the later one's start or, if both start together, in the middle."""
    result: list[Cue] = []
    for cue in cues:
        if result and cue.start < result[-1].end:
            before = result[-1]
            together = cue.start - before.start < MIN_SECONDS / 2
            boundary = (before.start + max(cue.end, before.end)) / 2 if together else cue.start
            boundary = round(max(boundary, before.start + TICK), 3)
            result[-1] = replace(before, end=min(before.end, boundary))
            cue = replace(cue, start=boundary)
        result.append(replace(cue, end=max(cue.end, cue.start + TICK)))
    return result


def _split_wide_word(word: Word) -> list[Word]:
    """Split a word that is wider than a line (an address, a script without spaces)."""
    text = " ".join(word.text.split()).replace("-->", "→")
    if not text:
        return []
    if _columns(text) <= LINE_COLUMNS:
        return [replace(word, text=text)]
    parts = [""]
    for letter in text:
        if _columns(parts[-1] + letter) > LINE_COLUMNS:
            parts.append("")
        parts[-1] += letter
    return spread(parts, word.start, word.end)


def _columns(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)
