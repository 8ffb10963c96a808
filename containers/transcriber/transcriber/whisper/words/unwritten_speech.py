"""Unwritten speech: what the VAD takes for speech and no word covers. The answer says from when to when."""

from __future__ import annotations

from collections.abc import Sequence

from earshot_contract.documents.shard_results import ShardWarning
from transcriber.whisper.words.word_alignment import AlignedWord, letters_of

Regions = Sequence[tuple[float, float]]

_MIN_SECONDS = 1.0  # of speech; less may be a breath, a laugh or a word that was drawn out
_MIN_DROPPED_SECONDS = 0.4  # of speech for which the model wrote words: "What's the weather?" took 0.48
_TOLERANCE_SECONDS = 0.1  # between a word's end and the speech behind it
# A word takes at most this long. The rest of a longer one is speech that the text leaves out.
_MAX_WORD_SECONDS, _MAX_LETTER_SECONDS = 0.6, 0.12
_SPELLED_LETTERS = 3  # a letter that is read as its name takes as long as three others
_JOIN_SECONDS = 0.6  # stretches that are closer are one for the reader
_MAX_NAMED_STRETCHES = 10  # in one message


def stretches_without_words(
    words: Sequence[AlignedWord], voiced: Regions, still_open: Regions = ()
) -> list[tuple[float, float]]:
    """Find at least a second of speech between two words, before the first one or after the last one.

    Args:
        words: as they are written, in order, with their final times.
        voiced: (start, end) of the regions of speech, in the same seconds as the words.
        still_open: (start, end) of what is decoded on its own.

    Returns:
        (start, end) from the first speech of each stretch to its last.
    """
    found: list[tuple[float, float]] = []
    previous = 0.0
    starts = [max(word.start, word.end - _longest(word)) for word in words]
    for start, end in zip([*starts, float("inf")], [*(word.end for word in words), float("inf")], strict=True):
        parts = [(max(a, previous), min(b, start)) for a, b in voiced if b > previous and a < start]
        for since, until in still_open:
            parts = [part for a, b in parts for part in ((a, min(b, since)), (max(a, until), b)) if part[0] < part[1]]
        if sum(b - a for a, b in parts) >= _MIN_SECONDS:
            found.append((parts[0][0], parts[-1][1]))
        previous = max(previous, end)
    return found


def dropped_speech(words: Sequence[AlignedWord], voiced: Regions) -> list[tuple[float, float]]:
    """Find the regions of speech behind the last word that is kept, where the words behind it are dropped.

    Too many words for so little speech may be invented, or said fast.
    """
    end = words[-1].end - _TOLERANCE_SECONDS if words else 0.0
    return [(a, b) for a, b in voiced if a >= end and b - a >= _MIN_DROPPED_SECONDS]


def warnings_of(stretches: Sequence[tuple[float, float]], channel: int | None) -> list[ShardWarning]:
    """Warn of the stretches of one shard, in seconds from the file's start."""
    if not stretches:
        return []
    message = f"No words were written for what sounds like speech{named_stretches(stretches, channel)}."
    return [ShardWarning("audio", "unwritten_speech", message)]


def named_stretches(stretches: Sequence[tuple[float, float]], channel: int | None) -> str:
    """Return " of channel 1 from 0.0 s to 1.5 s and from 7.0 s to 9.0 s"; stretches that are close are one."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(stretches):
        if joined and start - joined[-1][1] < _JOIN_SECONDS:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    named = [f"from {start:.1f} s to {end:.1f} s" for start, end in joined[:_MAX_NAMED_STRETCHES]]
    more = len(joined) - len(named)
    if more:
        named.append(f"{more} more times until {joined[-1][1]:.1f} s")
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    of_channel = "" if channel is None else f" of channel {channel}"
    return f"{of_channel} {listed}"


def _longest(word: AlignedWord) -> float:
    is_spelled = word.text.isupper()  # "GESMBH."
    letters = letters_of(word.text) * (_SPELLED_LETTERS if is_spelled else 1)
    return max(_MAX_WORD_SECONDS, _MAX_LETTER_SECONDS * letters)
