"""Letters that are spelt: "W as in whiskey", "W wie Wilhelm", or a word of the NATO alphabet alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from functions.transcripts.redaction.digits.numerals import word_set
from functions.transcripts.words import TranscriptWord

# The words between a letter and one that begins with it.
_AS_IN = re.compile(r"(as in|for|like|wie|comme|como de|como|come|de|di|als|som|van)")
NATO_ALPHABET = word_set(
    "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november oscar papa "
    "quebec romeo sierra tango uniform victor whiskey whisky xray x-ray yankee zulu"
)


def spelt_letter(words: Sequence[TranscriptWord], last: int) -> int | None:
    """Return the first word of a spelt letter that ends with a word: "W as in whiskey", "whiskey"; else None."""
    text = words[last].normalised
    for first in range(last - 2, max(-1, last - 4), -1):
        between = " ".join(word.normalised for word in words[first + 1 : last])
        if len(letter := words[first].normalised) == 1 and text.startswith(letter) and _AS_IN.fullmatch(between):
            return first
    return last if text in NATO_ALPHABET else None
