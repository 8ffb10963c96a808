"""Sentence edges: what is said after a silence begins a sentence, and what is said before one ends it.

Whisper sometimes writes a recording's first word small, or no full stop behind its last. A recording that begins or
ends in the middle of speech was cut, perhaps inside a sentence: there its text stays as it is. Measured in
docs/explanation/accuracy.md#capitals-and-full-stops-at-the-edges.

Where speech was cut without a pause, a text may end with a full stop in mid-sentence, and the next begins small.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from earshot_contract.documents.shard_results import Segment

# Recordings that had been cut began with a word within 0.03 s and ended with one within 0.28; all others had silence
# of 0.19 s and more before it and 0.46 and more after it.
_SILENCE_BEFORE_SECONDS = 0.1
_SILENCE_AFTER_SECONDS = 0.4
# A false end of a text: an ellipsis, or a full stop behind five letters, which is of no abbreviation.
_FALSE_END = re.compile(r"(?:\.\.\.|…|(?<=[^\W\d_]{5})\.)$")
_NO_PAUSE_SECONDS = 0.2  # the longest gap that is no pause between two sentences
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


def with_joined_sentences(segments: Sequence[Segment]) -> list[Segment]:
    """Mend a full stop or an ellipsis before a small letter, which two windows leave where they meet.

    Without a pause the sentence goes on, so it goes; after a pause the next word gets a capital. Segments of one window
    have the same probabilities: what the model wrote in one text stays.

    Args:
        segments: segments in order. Their tokens stay as the model wrote them.
    """
    edited = list(segments)
    for i in range(1, len(edited)):
        before, after = edited[i - 1], edited[i]
        words_before, words_after = before.text.split(), after.text.split()
        if not words_before or not words_after or not words_after[0].islower() or before.language != after.language:
            continue
        is_one_text = before.avg_logprob == after.avg_logprob and before.no_speech_prob == after.no_speech_prob
        if is_one_text or not (end := _FALSE_END.search(words_before[-1])):
            continue
        if after.start - before.end <= _NO_PAUSE_SECONDS:
            edited[i - 1] = _without_end(before)
        elif end[0] == ".":
            edited[i] = _capitalised(after)
    return edited


def _without_end(segment: Segment) -> Segment:
    words = [replace(word, text=_FALSE_END.sub("", word.text)) for word in segment.words[-1:]]
    return replace(segment, text=_FALSE_END.sub("", segment.text), words=[*segment.words[:-1], *words])


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
