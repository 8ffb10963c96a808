"""Plain text of a transcript."""

from __future__ import annotations

from functions.rendering.caption_words import split_at_pauses, timed_words
from functions.transcripts.transcript import Channel, Transcript
from functions.transcripts.words import join_words

LINE_PAUSE = 2.0  # seconds of silence that end a line


def text(transcript: Transcript) -> str:
    """Return one line for the words of a speaker between two longer pauses.

    With several channels each line names its own; if speakers were told apart, also the speaker.
    """
    several = len(transcript.channels) > 1
    lines = [
        (
            words[0].start,
            f"[Channel {channel.index}] " * several
            + _speaker_mark(transcript, channel, words[0].speaker)
            + join_words(words),
        )
        for channel in transcript.channels
        for words in split_at_pauses(timed_words(transcript, channel), LINE_PAUSE)
    ]
    return "".join(f"{line}\n" for _, line in sorted(lines, key=lambda timed_line: timed_line[0]))


def _speaker_mark(transcript: Transcript, channel: Channel, speaker: int | None) -> str:
    return "" if speaker is None else f"{transcript.speaker_name(channel, speaker)}: "
