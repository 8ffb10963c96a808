"""Sentences, paragraphs and utterances: sequences of words that belong together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from functions.transcripts.edits.numerals.vocabularies import VOCABULARIES
from functions.transcripts.speakers import speaker_runs
from functions.transcripts.text_boundaries.letters import normalised
from functions.transcripts.words import TranscriptWord

PARAGRAPH_PAUSE = 1.5  # seconds of silence between two sentences that begin a new paragraph
PARAGRAPH_SENTENCES = 6  # at most in one paragraph; chosen freely: Deepgram documents no limit

CLAUSE_END = re.compile(r"[,;:、，；：—–]['\"”’)»」]*$")
_MARKS = (".", "?", "!", "…", "。", "？", "！", "؟", "।", "۔")
_CLOSING = "\"'”’»)]}」』"
# Titles and other abbreviations after which a sentence continues, in several languages; no word that may end one.
_ABBREVIATED = """
    mr mrs ms dr st prof sr jr vs gen rep sen capt sgt lt rev gov mt e.g i.e a.k.a nr hr ca evtl bspw inkl ggf mme mlle
    sra srta dra ee sig dott avv dhr mevr drs kl np ul tzw např tzv
"""
_ABBREVIATIONS = frozenset(_ABBREVIATED.split())
_INITIALISMS = frozenset({"CA", "HR", "LT", "MT"})  # in capitals they are a state or a department
_CONTINUED = re.compile(r"\d|[^\W\d_]\.")  # behind one letter and a full stop: "z. B.", "p. 5"
_MONTHS = frozenset[str]().union(*(vocabulary.months for vocabulary in VOCABULARIES.values()))

WordSequence = list[TranscriptWord]


def sentences(words: WordSequence) -> Iterator[WordSequence]:
    """Yield sequences that end with a sentence mark; the last ends with the words."""
    sentence: WordSequence = []
    for word, following in pairwise(words):
        sentence.append(word)
        if ends_sentence(word.text, following.text):
            yield sentence
            sentence = []
    if words:
        yield [*sentence, words[-1]]


def paragraphs(words: WordSequence) -> Iterator[list[WordSequence]]:
    """Yield sentences in paragraphs.

    A new one begins with another speaker, after a pause, or when one has `PARAGRAPH_SENTENCES`.
    """
    for run in speaker_runs(words):
        paragraph: list[WordSequence] = []
        for sentence in sentences(run):
            paused = paragraph and sentence[0].start - paragraph[-1][-1].end >= PARAGRAPH_PAUSE
            if paragraph and (paused or len(paragraph) >= PARAGRAPH_SENTENCES):
                yield paragraph
                paragraph = []
            paragraph.append(sentence)
        if paragraph:
            yield paragraph


def utterances(words: WordSequence, split: float) -> Iterator[WordSequence]:
    """Yield the words of one speaker between silences of at least `split` seconds."""
    utterance: WordSequence = []
    for word in words:
        if utterance and (word.start - utterance[-1].end >= split or word.speaker != utterance[-1].speaker):
            yield utterance
            utterance = []
        utterance.append(word)
    if utterance:
        yield utterance


def ends_sentence(text: str, following: str) -> bool:
    """Return whether a word's mark ends a sentence: not that of "Mr. Smith", "J. R. Tolkien", "z. B." and "3. Mai".

    Args:
        text: The word with its punctuation.
        following: The word after it, or "".
    """
    unquoted = text.rstrip(_CLOSING)
    if not unquoted.endswith(_MARKS):
        return False
    if not unquoted.endswith("."):
        return True
    name = normalised(unquoted)
    letter = unquoted[-2:-1] if len(name) == 1 and name.upper() != name else ""  # of a script with capitals
    # "J. Smith" and "č. 5"; "i" is a word.
    is_initial = bool(letter) and name != "i" and (letter.isupper() or _CONTINUED.match(following) is not None)
    is_date = name.isdigit() and normalised(following) in _MONTHS
    is_number = name == "no" and following[:1].isdigit()
    is_abbreviated = name in _ABBREVIATIONS and unquoted[:-1] not in _INITIALISMS
    return not (is_abbreviated or is_initial or is_date or is_number or following[:1].islower())
