"""SRT (SubRip) captions of a transcript."""

from __future__ import annotations

import re

from functions.rendering.captions import cues, timestamp
from functions.rendering.cue_times import Cue
from functions.transcripts.transcript import Transcript

# Texts that players take for markup and do not print: "<b>", "Vec<T>", "a < b and c > d", "{b}". SubRip cannot escape
# it.
_TAG = re.compile(r"<(?=[ \n/]*\w[^<>]*>)")
_WORD_JOINER = "\u2060"  # word joiner: takes no space, and no player reads a tag that begins with it
_BRACES = re.compile(r"\{([^{}]*)\}")
_WIDE_BRACES = "\uff5b\\1\uff5d"  # players that use FFmpeg hide text between ASCII braces


def srt(transcript: Transcript) -> str:
    """Return numbered cues; an empty text if there are none. With several channels each cue names its own.

    A cue in which another speaker begins starts with their name, or with a dash if they have none. Players print tags
    and braces in the text: a tag gets an invisible letter behind its bracket, and braces become wide ones.
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
    return _BRACES.sub(_WIDE_BRACES, _TAG.sub(rf"\g<0>{_WORD_JOINER}", text))
