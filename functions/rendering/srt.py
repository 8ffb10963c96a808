"""SRT (SubRip) captions of a transcript."""

from __future__ import annotations

from functions.rendering.captions import Cue, cues, timestamp
from functions.transcripts.transcript import Transcript


def srt(transcript: Transcript) -> str:
    """Return numbered cues; an empty text if there are none. With several channels each cue names its own.

    The name of another speaker begins what that one says; of one who has no name, a dash.
    """
    blocks = [
        f"{number}\n{timestamp(cue.start, ',')} --> {timestamp(cue.end, ',')}\n{cue.text(_label(cue))}\n"
        for number, cue in enumerate(cues(transcript), 1)
    ]
    return "\n".join(blocks)


def _label(cue: Cue) -> str:
    channel = f"[{cue.channel}] " if cue.channel else ""
    return channel + cue.turn
