"""Sentences, paragraphs and utterances: runs of words that belong together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from functions.transcripts.words import Spoken, bare

PARAGRAPH_PAUSE = 1.5  # seconds of silence between two sentences that begin a new paragraph
PARAGRAPH_SENTENCES = 6  # and the most in one: a reader's, no recording shows Deepgram's

_MARKS = (".", "?", "!", "…", "。", "？", "！", "؟", "।", "۔")
_CLOSING = "\"'”’»)]}」』"
_SHORT = frozenset({"mr", "mrs", "ms", "dr", "st", "prof", "sr", "jr", "vs", "no", "gen", "rep", "sen", "capt"})

Run = list[Spoken]


def sentences(words: Run) -> Iterator[Run]:
    """Runs that end with a full stop, or with the words."""
    run: Run = []
    for word, following in pairwise(words):
        run.append(word)
        if _ends(word.text, following.text):
            yield run
            run = []
    if words:
        yield [*run, words[-1]]


def paragraphs(words: Run) -> Iterator[list[Run]]:
    """Sentences in paragraphs: a new one after a pause, or when one grows long."""
    held: list[Run] = []
    for sentence in sentences(words):
        paused = held and sentence[0].start - held[-1][-1].end >= PARAGRAPH_PAUSE
        if held and (paused or len(held) >= PARAGRAPH_SENTENCES):
            yield held
            held = []
        held.append(sentence)
    if held:
        yield held


def utterances(words: Run, split: float) -> Iterator[Run]:
    """Runs between silences of at least `split` seconds."""
    run: Run = []
    for word in words:
        if run and word.start - run[-1].end >= split:
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _ends(text: str, following: str) -> bool:
    closed = text.rstrip(_CLOSING)
    if not closed.endswith(_MARKS):
        return False
    if not closed.endswith("."):
        return True
    # "Mr. Smith", "J. R. Tolkien" go on; so does what is followed by a small letter.
    name = bare(closed)
    initial = len(name) == 1 and closed[:1].isupper() and name != "i"
    return not (name in _SHORT or initial or following[:1].islower())
