"""WebVTT captions of a transcript."""

from __future__ import annotations

import html

from functions.rendering.captions import cues, timestamp
from functions.rendering.cue_times import Cue
from functions.transcripts.transcript import Transcript


def vtt(transcript: Transcript) -> str:
    """Return the header and the cues, with `&`, `<` and `>` escaped. Each cue has a voice tag if there are several.

    The voice is the channel's, the speaker's, or both. A note says where a partial transcript ends.
    """
    blocks = [
        f"{timestamp(cue.start, '.')} --> {timestamp(cue.end, '.')}\n{_voiced_text(cue)}\n" for cue in cues(transcript)
    ]
    until = transcript.partial_until
    note = [] if until is None else [f"NOTE The transcript until {timestamp(until, '.')}; the rest is being made.\n"]
    return "\n".join(["WEBVTT\n", *note, *blocks])


def _voiced_text(cue: Cue) -> str:
    voice = ", ".join(filter(None, (cue.channel, cue.speaker)))
    return f"<v {html.escape(voice, quote=False)}>" * bool(voice) + html.escape(cue.text(), quote=False)
