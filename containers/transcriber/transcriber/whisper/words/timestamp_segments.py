"""Segments: the model's tokens split at timestamp tokens, and the speech that the tokens leave out.

In all functions `timestamp_begin` is the id of the first timestamp token; `seconds` is the audio in the window.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

TIMESTAMP_SECONDS = 0.02  # seconds from one timestamp token to the next
_END_MARGIN_SECONDS = 0.1  # no segment starts this close to the end of the audio, or later
_MIN_REMAINING_SPEECH_SECONDS = 0.6  # less speech after the last timestamp is not worth another model call
_MIN_ADVANCE_SECONDS = 0.5  # a window must have advanced this far; otherwise decoding the rest would not end
_RESUME_MARGIN_SECONDS = 0.2  # audio kept before the speech at which decoding resumes


@dataclass(frozen=True)
class TokenSegment:
    """Text tokens between two timestamps.

    Attributes:
        start: seconds from the window's start.
        end: seconds from the window's start.
        tokens: without timestamp tokens.
    """

    start: float
    end: float
    tokens: list[int]


def before_end_of_audio(tokens: Sequence[int], timestamp_begin: int, seconds: float) -> list[int]:
    """Return the tokens before the first segment that would start after the end of the audio.

    On a short encoder window the decoder may miss the end and repeat its sentences. Its own timestamps then run past
    the audio: 9 of 10 repetitions were of this kind.
    """
    for position in range(1, len(tokens)):
        starts_segment = tokens[position] >= timestamp_begin and tokens[position - 1] >= timestamp_begin
        if starts_segment and (tokens[position] - timestamp_begin) * TIMESTAMP_SECONDS > seconds - _END_MARGIN_SECONDS:
            return list(tokens[:position])
    return list(tokens)


def without_repetition(tokens: Sequence[int], timestamp_begin: int) -> list[int]:
    """Return the tokens before the third round of a sequence that occurs four times in a row.

    Used on hypotheses that repeat at every temperature.
    """
    text_positions = [position for position, token in enumerate(tokens) if token < timestamp_begin]
    text = [tokens[position] for position in text_positions]
    for first in range(len(text)):
        for length in range(1, (len(text) - first) // 4 + 1):
            sequence = text[first : first + length]
            if all(text[first + n * length : first + (n + 1) * length] == sequence for n in (1, 2, 3)):
                return list(tokens[: text_positions[first + 2 * length]])
    return list(tokens)


def split_at_timestamps(tokens: Sequence[int], timestamp_begin: int, seconds: float) -> list[TokenSegment]:
    """Split tokens into the segments between timestamps, in order; times are clamped to the window."""
    segments: list[TokenSegment] = []
    start, end, text = 0.0, None, []  # type: float, float | None, list[int]
    for token in tokens:
        if token < timestamp_begin:
            if end is not None:  # text after a single timestamp: it ends one segment and starts the next
                segments.append(TokenSegment(start, end, text))
                start, end, text = end, None, []
            text.append(token)
            continue
        time = min((token - timestamp_begin) * TIMESTAMP_SECONDS, seconds)
        if not text:
            start = time
        elif end is None:
            end = time
        else:
            segments.append(TokenSegment(start, max(start, end), text))
            start, end, text = time, None, []
    if text:
        segments.append(TokenSegment(start, seconds if end is None else max(start, end), text))
    return segments


def keep_words_whole(segments: Sequence[TokenSegment], text: Callable[[list[int]], str]) -> list[TokenSegment]:
    """Move the rest of a word that a timestamp cuts to the segment where the word begins: "sister" and "-in-law".

    Args:
        segments: in order.
        text: returns the text of tokens; a space at its start is the model's own.
    """
    whole: list[TokenSegment] = []
    for segment in segments:
        count = _continuing_tokens(text(whole[-1].tokens), segment.tokens, text) if whole else 0
        if count:
            end = segment.end if count == len(segment.tokens) else whole[-1].end
            whole[-1] = replace(whole[-1], end=end, tokens=[*whole[-1].tokens, *segment.tokens[:count]])
        if count < len(segment.tokens):
            whole.append(replace(segment, tokens=segment.tokens[count:]))
    return whole


def _continuing_tokens(before: str, tokens: list[int], text: Callable[[list[int]], str]) -> int:
    """Return how many of the tokens continue the word that the text before ends with."""
    if not _continues_word(before, text(tokens)):
        return 0
    count = 1
    while count < len(tokens):
        following = text(tokens[count:])[:1]
        if following.isspace() or unicodedata.category(following) == "Lo":
            break
        count += 1
    return count


def _continues_word(before: str, after: str) -> bool:
    """Return whether a text without a space at its start continues a word.

    A capital begins a word, and so does a letter of a script without capitals: most scripts without spaces are such.
    """
    first, second = after[:1], after[1:2]
    if not first or not before[-1:].isalnum() or first in '"¿¡':
        return False
    if first in "-'’":
        return second.islower() or second.isdigit()  # "-in-law"; "- Yes" is another speaker's
    return first.islower() or first.isdecimal() or unicodedata.category(first) in ("Pe", "Pf", "Po")


def resume_position(
    tokens: Sequence[int], timestamp_begin: int, voiced: Sequence[tuple[float, float]], seconds: float
) -> float | None:
    """Find the start of the speech the model did not transcribe.

    Args:
        tokens: the hypothesis.
        timestamp_begin: id of the first timestamp token.
        voiced: (start, end) of the regions of speech, in seconds from the window's start.
        seconds: audio in the window.

    Returns:
        Seconds from the window's start, or None. A position only if at least 0.6 s of speech follow the last timestamp.
    """
    timestamps = [token for token in tokens if token >= timestamp_begin]
    if not timestamps or tokens[-1] < timestamp_begin:
        return None
    last = (timestamps[-1] - timestamp_begin) * TIMESTAMP_SECONDS
    remaining = [(max(start, last), end) for start, end in voiced if end > last]
    if last < _MIN_ADVANCE_SECONDS or sum(end - start for start, end in remaining) < _MIN_REMAINING_SPEECH_SECONDS:
        return None
    return max(last, remaining[0][0] - _RESUME_MARGIN_SECONDS) if last < seconds else None
