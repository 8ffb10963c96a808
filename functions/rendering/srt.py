"""SRT (SubRip) captions of a transcript."""

from __future__ import annotations

import re

from functions.rendering.captions import cues, timestamp
from functions.rendering.cue_times import Cue
from functions.transcripts.transcript import Transcript

# What players take for markup and do not print: "<b>", "Vec<T>", "a < b and c > d", "{b}". SubRip cannot escape it.
_TAG = re.compile(r"<(?=[ \n/]*\w[^<>]*>)")
_UNSEEN = "\u2060"  # word joiner: takes no space, and no player reads a tag that begins with it
_BRACES = re.compile(r"\{([^{}]*)\}")
_WIDE_BRACES = "\uff5b\\1\uff5d"  # FFmpeg's players hide whatever stands between others


def srt(transcript: Transcript) -> str:
    """Return numbered cues; an empty text if there are none. With several channels each cue names its own.

    The name of another speaker begins what that one says; of one who has no name, a dash. What is said of code is
    printed: a tag has an unseen letter behind its bracket, braces are wide ones.
    """
    blocks = [
        f"{number}\n{timestamp(cue.start, ',')} --> {timestamp(cue.end, ',')}\n{_printed(cue.text(_label(cue)))}\n"
        for number, cue in enumerate(cues(transcript), 1)
    ]
    return "\n".join(blocks)


def _label(cue: Cue) -> str:
    channel = f"[{cue.channel}] " if cue.channel else ""
    return channel + cue.turn


def _printed(text: str) -> str:
    return _BRACES.sub(_WIDE_BRACES, _TAG.sub(rf"\g<0>{_UNSEEN}", text))
