"""Caption cues, for SRT and WebVTT.

Limits follow Netflix's Timed Text Style Guides: 2 lines, at most 7 seconds, no two captions at once; 42 characters a
line, 13 in Japanese and 16 in Chinese and Korean; 17 characters a second (English: 20), 4 in Japanese, 9 in Chinese, 12
in Korean. A full-width character counts as two columns. Speech that is faster than the reading speed stays so: no word
is left out. (The BBC's guide allows fewer characters.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from functions.rendering.caption_words import MAX_SECONDS, caption_words, columns_of, split_at_pauses
from functions.rendering.cue_times import Cue, shown_one_by_one
from functions.rendering.phrase_breaks import belongs_to_next
from functions.rendering.text_direction import MARKS, is_right_to_left
from functions.transcripts.sentences import CLAUSE_END, ends_sentence
from functions.transcripts.text_boundaries.printed_words import PrintedWord
from functions.transcripts.transcript import Channel, Transcript
from functions.transcripts.words import join_words

LINE_COLUMNS, LINES = 42, 2
COLUMNS_BY_LANGUAGE = {"ja": 26, "zh": 32, "yue": 32, "ko": 32}
READ_COLUMNS = 17  # a second; a cue that is too short for its text is extended into the silence that follows it
READ_COLUMNS_BY_LANGUAGE = {"ja": 8, "ko": 24}
CUE_PAUSE = 1.2  # seconds of silence that end a cue
# Columns of difference between the widths of two lines that a better place of the break outweighs.
_GOOD_BREAK, _PHRASE_BREAK, _BAD_BREAK = 8, 5, 20


def cues(transcript: Transcript) -> list[Cue]:
    """Return the cues of all channels in order of time; none overlaps another."""
    several = len(transcript.channels) > 1
    found: list[Cue] = []
    for channel in transcript.channels:
        name = f"Channel {channel.index}" if several else ""
        language = transcript.text_language(channel)
        right_to_left = is_right_to_left("".join(segment.text for segment in channel.segments), language)
        columns = COLUMNS_BY_LANGUAGE.get(language, LINE_COLUMNS)
        columns -= len(f"<v {name}>") if several else 0
        columns -= _turn_columns(transcript, channel, columns)
        columns -= MARKS if right_to_left else 0
        speed = READ_COLUMNS_BY_LANGUAGE.get(language, READ_COLUMNS)
        found += (
            replace(
                cue,
                channel=name,
                right_to_left=right_to_left,
                read_seconds=min(sum(map(columns_of, cue.lines)) / speed, MAX_SECONDS),
            )
            for cue in _channel_cues(
                caption_words(transcript, channel, columns),
                columns,
                partial(transcript.speaker_name, channel),
                partial(_turn, transcript, channel),
            )
        )
    return shown_one_by_one(found, transcript.audio.duration)


def timestamp(seconds: float, decimal_mark: str) -> str:
    """Return `00:01:02,345`, with `decimal_mark` before the milliseconds."""
    total = round(seconds * 1000)
    return f"{total // 3600000:02d}:{total // 60000 % 60:02d}:{total // 1000 % 60:02d}{decimal_mark}{total % 1000:03d}"


def _turn(transcript: Transcript, channel: Channel, speaker: int) -> str:
    """Return the mark at the beginning of a speaker's turn: the name if there is one, else a dash."""
    name = transcript.name_of(channel, speaker)
    return f"{name}: " if name else "- "


def _turn_columns(transcript: Transcript, channel: Channel, columns: int) -> int:
    """Return the columns of a line that are reserved for a turn's mark; a longer name makes its line longer."""
    if transcript.speaker_model is None:
        return 0
    named = {
        each.speaker for each in (*transcript.speaker_names, *transcript.recognised) if each.channel == channel.index
    }
    longest = max((columns_of(_turn(transcript, channel, speaker)) for speaker in named), default=2)
    return min(longest, columns // 3)


def _channel_cues(
    words: Sequence[PrintedWord], columns: int, name_of: Callable[[int], str], turn_of: Callable[[int], str]
) -> Iterator[Cue]:
    before: int | None = None  # speaker of the cue before
    for stretch in split_at_pauses(words, CUE_PAUSE):
        speaker = stretch[0].speaker
        name = "" if speaker is None else name_of(speaker)
        rest = stretch
        while rest:
            count = _next_cue_length(rest, columns)
            cue_words, rest = rest[:count], rest[count:]
            lines = _wrap(cue_words, columns) or ()
            turn = "" if speaker is None or speaker == before else turn_of(speaker)
            yield Cue(cue_words[0].start, cue_words[-1].end, lines, speaker=name, turn=turn)
            before = speaker


def _next_cue_length(words: Sequence[PrintedWord], columns: int) -> int:
    """Return the number of words in the next cue.

    Splits, in this order: at the last sentence end beyond half a line; at the last comma in the second half; in the
    middle of a sentence of which less than half a line would be left; where the cue is full. The last two move before
    words that lead to what follows: no cue ends with "and the" where its second half has another place, and in its last
    two fifths it ends before such a word ("of the book").
    """
    full = 1
    while full < len(words) and words[full].end - words[0].start <= MAX_SECONDS and _fit(words[: full + 1], columns):
        full += 1
    if full == len(words):
        return full
    texts = [word.text for word in words[:full]]
    for count in range(full, 0, -1):
        long_enough = columns_of(join_words(words[:count])) >= columns / 2
        if long_enough and ends_sentence(texts[count - 1], words[count].text):
            return count
    for count in range(full, full // 2, -1):
        if CLAUSE_END.search(texts[count - 1]):
            return count
    end = _sentence_length(words, full)
    count = min((end + 1) // 2, full) if columns_of(join_words(words[full:end])) < columns / 2 else full
    counts = [shorter for shorter in range(count, count // 2, -1) if not belongs_to_next(texts[shorter - 1])]
    phrases = (shorter for shorter in counts if 5 * shorter >= 3 * count and belongs_to_next(words[shorter].text))
    return next(phrases, next(iter(counts), count))


def _sentence_length(words: Sequence[PrintedWord], minimum: int) -> int:
    """Return the number of words until the end of the sentence that goes on after `minimum` words."""
    for count in range(minimum + 1, len(words)):
        if ends_sentence(words[count - 1].text, words[count].text):
            return count
    return len(words)


def _fit(words: Sequence[PrintedWord], columns: int) -> bool:
    """Return whether `_wrap` finds lines: with as many words as the first line takes, the others fit the second."""
    line = join_words(words)
    if columns_of(line) <= columns:
        return True
    at = next((at for at in range(1, len(words)) if columns_of(join_words(words[: at + 1])) > columns), 0)
    return columns_of(join_words(words[:at])) <= columns and columns_of(join_words(words[at:])) <= columns


def _wrap(words: Sequence[PrintedWord], columns: int) -> tuple[str, ...] | None:
    """Return one line, or two of about the same width; None if two lines are too narrow."""
    line = join_words(words)
    if columns_of(line) <= columns:
        return (line,)
    pairs = {at: (join_words(words[:at]), join_words(words[at:])) for at in range(1, len(words))}
    narrow = {at: pair for at, pair in pairs.items() if max(map(columns_of, pair)) <= columns}
    if not narrow:
        return None

    def unevenness(at: int) -> int:
        first, second = narrow[at]
        # A break after punctuation or before "of" reads better than an even one, and one after "the" worse.
        ends = CLAUSE_END.search(first) or ends_sentence(words[at - 1].text, words[at].text)
        leads = _BAD_BREAK * belongs_to_next(words[at - 1].text) - _PHRASE_BREAK * belongs_to_next(words[at].text)
        return abs(columns_of(first) - columns_of(second)) - _GOOD_BREAK * bool(ends) + leads

    return narrow[min(narrow, key=unevenness)]
