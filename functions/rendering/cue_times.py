"""Cues and their times: one after the other, each long enough to read, and no short gap between two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from functions.rendering.caption_words import MAX_SECONDS, TICK
from functions.rendering.text_direction import with_direction_marks

MIN_SECONDS = 1.0  # of a cue
MIN_INTERRUPTED_SECONDS = 0.5  # of a cue that another channel's or the next one interrupts: the next begins later
MAX_DELAY_SECONDS = 1.0  # of a cue that interrupts another before that can be read
FLASH_SECONDS = 0.5  # the first of two cues is extended over a shorter gap, which would be a flash (Netflix: 12 frames)


@dataclass(frozen=True)
class Cue:
    """One caption: its time in seconds and its one or two lines."""

    start: float
    end: float
    lines: tuple[str, ...]
    channel: str = ""  # if there are several: "Channel 0"
    speaker: str = ""  # if speakers were told apart: "Speaker 1"
    turn: str = ""  # its first mark if the cue before it on the channel is another speaker's: a name or a dash
    right_to_left: bool = False  # direction of the text that the lines are part of
    read_seconds: float = 0.0  # a reader needs for it

    def text(self, label: str = "") -> str:
        """Return the lines, separated by line breaks, each with the marks of its direction.

        Args:
            label: Printed before the first line.
        """
        first, *rest = self.lines
        lines = [
            with_direction_marks(first, self.right_to_left, label),
            *(with_direction_marks(line, self.right_to_left) for line in rest),
        ]
        return "\n".join(lines)


def shown_one_by_one(found: Sequence[Cue], duration: float) -> list[Cue]:
    """Return cues of several channels in order of time; none overlaps another.

    Args:
        found: Cues with the times of their words.
        duration: Length of the audio, in seconds.
    """
    separate = _without_overlaps(sorted(found, key=lambda cue: (cue.start, cue.end)))
    if not separate:
        return []
    limits = [*(cue.start for cue in separate[1:]), max(round(duration, 3), separate[-1].end)]
    readable = [
        replace(cue, end=_readable_until(cue, limit, is_last=at == len(separate)))
        for at, (cue, limit) in enumerate(zip(separate, limits, strict=True), 1)
    ]
    return _before_the_end(readable, round(max(duration, *(cue.end for cue in found)), 3))


def _readable_until(cue: Cue, limit: float, is_last: bool) -> float:
    """Return the end at which a cue can be read, at most `limit`; a cue lasts until one that begins soon after."""
    end = max(cue.end, min(round(cue.start + max(MIN_SECONDS, cue.read_seconds), 3), limit))
    is_soon = not is_last and limit - end < FLASH_SECONDS and limit - cue.start <= MAX_SECONDS
    return max(end, limit) if is_soon else end


def _without_overlaps(cues: Sequence[Cue]) -> list[Cue]:
    """Shorten overlapping cues: at the later one's start or, if both start together, where both can be read as well.

    The later one waits until the earlier can be read, `MAX_DELAY_SECONDS` at most. None is left with less than
    `MIN_INTERRUPTED_SECONDS`: what follows it begins later instead.
    """
    result: list[Cue] = []
    for cue in cues:
        if result and cue.start < max(result[-1].end, result[-1].start + MIN_INTERRUPTED_SECONDS):
            before = result[-1]
            together = cue.start - before.start < MIN_SECONDS / 2
            read = min(before.start + before.read_seconds, before.end, cue.start + MAX_DELAY_SECONDS)
            boundary = before.start + _share(before, cue) if together else max(cue.start, read)
            boundary = round(max(boundary, before.start + MIN_INTERRUPTED_SECONDS), 3)
            result[-1] = replace(before, end=min(before.end, boundary))
            cue = replace(cue, start=boundary)
        result.append(replace(cue, end=max(cue.end, cue.start + TICK)))
    return result


def _before_the_end(cues: Sequence[Cue], end_of_speech: float) -> list[Cue]:
    """Let the last cues begin earlier if the audio ends before they can be read: into silence, or into others' time.

    Each has `MIN_INTERRUPTED_SECONDS` then. Where the audio is too short for all of them the last ones outlast it.
    """
    result, limit = [*cues], max(end_of_speech, len(cues) * MIN_INTERRUPTED_SECONDS)
    for at in range(len(cues) - 1, -1, -1):
        cue = result[at]
        end = min(cue.end, limit)
        if end - cue.start >= MIN_INTERRUPTED_SECONDS - TICK:
            result[at] = replace(cue, end=end)
            break
        silent_from = min(result[at - 1].end, end - MIN_INTERRUPTED_SECONDS) if at else 0.0
        limit = max(round(max(silent_from, end - MIN_SECONDS), 3), at * MIN_INTERRUPTED_SECONDS)
        result[at] = replace(cue, start=limit, end=max(end, round(limit + MIN_INTERRUPTED_SECONDS, 3)))
    return result


def _share(first: Cue, second: Cue) -> float:
    """Return the seconds that the first of two cues gets of their common time, in proportion to their reading times."""
    seconds = max(first.end, second.end) - first.start
    reading = first.read_seconds + second.read_seconds
    return seconds * first.read_seconds / reading if reading else seconds / 2
