"""Cues near a number are found without a look at all others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

import pytest

from functions.options.redacted_entities import Entity
from functions.transcripts.redaction import cues as cues_module
from functions.transcripts.redaction import redact as redact_module
from functions.transcripts.redaction.cues import (
    AFTER,
    BEFORE,
    Cue,
    cues_after,
    cues_before,
    find_cues,
    weak_cues_before,
)
from functions.transcripts.redaction.redact import redact
from functions.transcripts.words import TranscriptWord
from tests.fixtures.results.transcripts import timed_segment, transcript
from tests.fixtures.rows import each_row

LOOKS: dict[str, Callable[[Sequence[Cue], int], object]] = {
    "before": cues_before,
    "after": cues_after,
    "weakly": weak_cues_before,
}


class Counted(Sequence[Cue]):
    """A cue at each word, made when it is read; they count how often one is."""

    def __init__(self, number: int) -> None:
        self.words, self.reads = range(number), 0

    def __len__(self):
        return len(self.words)

    def __getitem__(self, at):
        if isinstance(at, slice):
            return [self[word] for word in self.words[at]]
        self.reads += 1
        word = self.words[at]
        return Cue(Entity.SSN, word, word)


def words_of(text: str) -> list[TranscriptWord]:
    return [TranscriptWord(word, word, float(at), at + 0.5, 0.9) for at, word in enumerate(text.split())]


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_look_reads_few_cues_however_many_there_are(look):
    reads = []
    for number in (1000, 64_000):
        cues = Counted(number)
        look(cues, number // 2)
        reads.append(cues.reads)

    assert 0 < reads[0] <= reads[1] <= reads[0] + 20  # a few more steps of two bisections


@each_row("filler", range(BEFORE + 2))
def test_cue_counts_up_to_its_distance(filler):
    around = ["well"] * filler
    before = words_of(" ".join(["social", "security", *around, "123"]))
    after = words_of(" ".join(["123", *around, "four", "digits", "on", "the", "back"]))

    assert bool(cues_before(find_cues(before), len(before) - 1)) is (filler < BEFORE)
    assert bool(cues_after(find_cues(after), 0)) is (filler < AFTER)


def test_cues_are_sought_once_in_each_channel(monkeypatch):
    sought = count()
    channels = [[timed_segment("My card number is four one one one.", at * 5.0)] for at in range(8)]

    def counted(words: Sequence[TranscriptWord]) -> list[Cue]:
        next(sought)
        return find_cues(words)

    monkeypatch.setattr(cues_module, "find_cues", counted)
    monkeypatch.setattr(redact_module, "find_cues", counted)
    redact(transcript(*channels), ["pci"])

    assert next(sought) == len(channels)
