"""Filler words: left out unless they are asked for, as at Deepgram. English only."""

from __future__ import annotations

from dataclasses import replace

from functions.transcripts.words import Spoken

# Those that carry no meaning; `uh-huh` and `mhm` are answers and stay.
FILLERS = frozenset({"uh", "uhh", "uhm", "um", "umm"})
_ENDS = ".?!"


def without_fillers(words: list[Spoken]) -> list[Spoken]:
    """The words without fillers; a sentence keeps its capital at its start and its mark at its end."""
    kept: list[Spoken] = []
    capital = False
    for word in words:
        if word.bare in FILLERS:
            capital = capital or (word.text[:1].isupper() and _sentence_begins(kept))
            if word.text[-1] in _ENDS and kept and kept[-1].text[-1] not in _ENDS:
                kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip(",;:") + word.text[-1])
            continue
        kept.append(replace(word, text=word.text[:1].upper() + word.text[1:]) if capital else word)
        capital = False
    return kept


def _sentence_begins(before: list[Spoken]) -> bool:
    return not before or before[-1].text[-1] in _ENDS
