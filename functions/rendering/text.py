"""Plain text of a transcript."""

from __future__ import annotations

from functions.rendering.captions import caption_words, split_at_pauses
from functions.transcripts.languages import join
from functions.transcripts.transcript import Transcript

LINE_PAUSE = 2.0  # seconds of silence that end a line


def text(transcript: Transcript) -> str:
    """Return one line for the words between two longer pauses; with several channels each line names its own."""
    several = len(transcript.channels) > 1
    lines = [
        (
            words[0].start,
            f"[channel {channel.index}] " * several
            + join([word.text for word in words], transcript.text_language(channel)),
        )
        for channel in transcript.channels
        for words in split_at_pauses(caption_words(transcript, channel), LINE_PAUSE)
    ]
    return "".join(f"{line}\n" for _, line in sorted(lines, key=lambda timed_line: timed_line[0]))
