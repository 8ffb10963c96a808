"""Edit `filler_words`: leave out "uh" and "um" unless they are requested, as Deepgram does. English only."""

from __future__ import annotations

from dataclasses import replace

from functions.transcripts.words import TranscriptWord

# Words without meaning; `uh-huh` and `mhm` are answers and stay.
FILLER_WORDS = frozenset({"uh", "uhh", "uhm", "um", "umm"})
_SENTENCE_MARKS = ".?!"


def remove_filler_words(words: list[TranscriptWord]) -> list[TranscriptWord]:
    """Return the words without filler words; a sentence keeps its capital and its final mark."""
    result: list[TranscriptWord] = []
    capitalise = False
    for word in words:
        if word.normalised in FILLER_WORDS:
            capitalise = capitalise or (word.text[:1].isupper() and _begins_sentence(result))
            if word.text[-1] in _SENTENCE_MARKS and result and result[-1].text[-1] not in _SENTENCE_MARKS:
                result[-1] = replace(result[-1], text=result[-1].text.rstrip(",;:") + word.text[-1])
            continue
        result.append(replace(word, text=word.text[:1].upper() + word.text[1:]) if capitalise else word)
        capitalise = False
    return result


def _begins_sentence(before: list[TranscriptWord]) -> bool:
    return not before or before[-1].text[-1] in _SENTENCE_MARKS
