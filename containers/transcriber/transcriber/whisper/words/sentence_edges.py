"""Sentence edges: what is said after a silence begins a sentence, and what is said before one ends it.

Whisper sometimes writes a recording's first word small, or no full stop behind its last. A recording that begins or
ends in the middle of speech was cut, perhaps inside a sentence: there its text stays as it is. Measured in
docs/explanation/accuracy.md#capitals-and-full-stops-at-the-edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from earshot_contract.documents.shard_results import Segment

# Recordings that had been cut began with a word within 0.03 s and ended with one within 0.28; all others had silence
# of 0.19 s and more before it and 0.46 and more after it.
_SILENCE_BEFORE_SECONDS = 0.1
_SILENCE_AFTER_SECONDS = 0.4
_UNFINISHED = ",;:"  # becomes a full stop


def with_sentence_edges(
    segments: Sequence[Segment],
    *,
    begins: float | None,
    ends: float | None,
    keep: str = "",
) -> list[Segment]:
    """Write a recording's first word with a capital and its last with a full stop, where silence surrounds them.

    Args:
        segments: segments of the recording or of a part of it, in order. Their tokens stay as the model wrote them.
        begins: seconds at which the recording begins; None: it begins before these segments.
        ends: seconds at which it ends; None: it goes on.
        keep: words that are written as they are here.
    """
    edited = list(segments)
    if edited and begins is not None and edited[0].start - begins >= _SILENCE_BEFORE_SECONDS:
        first = edited[0].text.split(maxsplit=1)
        if first and first[0].strip(_UNFINISHED + ".!?") not in keep.split():
            edited[0] = _capitalised(edited[0])
    if edited and ends is not None and ends - edited[-1].end >= _SILENCE_AFTER_SECONDS:
        edited[-1] = _finished(edited[-1])
    return edited


def _capitalised(segment: Segment) -> Segment:
    words = [replace(word, text=_with_capital(word.text)) for word in segment.words[:1]]
    return replace(segment, text=_with_capital(segment.text), words=[*words, *segment.words[1:]])


def _with_capital(text: str) -> str:
    """Return the text with a capital; a first word with capitals inside ("iPhone"), or Dutch "ij", stays."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    if not first.islower() or first.startswith("ij"):
        return text
    return text[0].title() + text[1:]  # title case: Georgian has capitals for whole words only


def _finished(segment: Segment) -> Segment:
    words = [replace(word, text=_with_full_stop(word.text)) for word in segment.words[-1:]]
    return replace(segment, text=_with_full_stop(segment.text), words=[*segment.words[:-1], *words])


def _with_full_stop(text: str) -> str:
    """Return the text with a full stop behind a letter of a script with capitals: others have signs of their own."""
    letters = text[:-1] if text[-1:] and text[-1] in _UNFINISHED else text
    last = letters[-1:]
    return f"{letters}." if last.isalpha() and last.lower() != last.upper() else text
