"""Channel text: the words of one channel, with what the steps of redaction know about them. Made by `redact`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from functions.options.redacted_entities import Entity
from functions.transcripts.redaction.cues import Cue
from functions.transcripts.redaction.digits.numerals import Numeral
from functions.transcripts.words import TranscriptWord


@dataclass(frozen=True)
class ChannelText:
    """Words of one channel with their numbers and cues.

    Attributes:
        words: Words in order of time.
        languages: Whisper's code for each word.
        numerals: All numbers in the words, in order.
        cues: Words that say what a number is, on this channel and on others, in order of the cues' last words.
        requested: Entities to redact. They decide what a short number is that may be two things.
    """

    words: Sequence[TranscriptWord]
    languages: Sequence[str]
    numerals: Sequence[Numeral]
    cues: Sequence[Cue]
    requested: frozenset[Entity]
