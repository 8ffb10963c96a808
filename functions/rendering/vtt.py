"""WebVTT captions of a transcript."""

from __future__ import annotations

import html

from functions.rendering.captions import cues, timestamp
from functions.transcripts.transcript import Transcript


def vtt(transcript: Transcript) -> str:
    """Return the header and the cues, with `&`, `<` and `>` escaped."""
    blocks = [
        f"{timestamp(cue.start, '.')} --> {timestamp(cue.end, '.')}\n{html.escape(cue.text, quote=False)}\n"
        for cue in cues(transcript)
    ]
    return "\n".join(["WEBVTT\n", *blocks])
