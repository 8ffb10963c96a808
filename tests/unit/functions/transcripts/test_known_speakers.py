"""Known speakers: one name a speaker, one speaker a name, and no name for the voice of a stranger."""

from __future__ import annotations

import base64
from math import sqrt

import pytest

from earshot_contract.documents.shard_results import KnownVoice
from functions.transcripts.known_speakers import SAME_VOICE, recognise
from functions.transcripts.speaker_joining import JoinedSpeakers
from functions.transcripts.transcript import SpeakerName


def speaker(number: int) -> list[float]:
    return [float(n == number) for n in range(4)]


def sample(**likeness: float) -> str:
    """A vector that is as alike to speakers `s0`, `s1` and so on as the values say; the rest points elsewhere."""
    parts = [likeness.get(f"s{n}", 0.0) for n in range(3)]
    numbers = [*parts, sqrt(1 - sum(part * part for part in parts))]
    return base64.b64encode(bytes(round(127 * n) & 0xFF for n in numbers)).decode()


def names(*voices: KnownVoice) -> list[tuple[int, str]]:
    found = recognise(1, JoinedSpeakers([], [speaker(0), speaker(1), speaker(2)]), voices)
    assert all(each == SpeakerName(1, each.speaker, each.name) for each in found)
    return [(each.speaker, each.name) for each in found]


@pytest.mark.parametrize(
    ("voices", "expected"),
    [
        ([KnownVoice("Ann", [sample(s2=0.8)]), KnownVoice("Ben", [sample(s0=0.7)])], [(0, "Ben"), (2, "Ann")]),
        ([KnownVoice("Ann", [sample(s0=0.6, s1=0.7)])], [(1, "Ann")]),
        ([KnownVoice("Ann", [sample(s0=0.7)]), KnownVoice("Ben", [sample(s0=0.9)])], [(0, "Ben")]),
        (
            [KnownVoice("Ann", [sample(s0=0.8, s1=0.55)]), KnownVoice("Ben", [sample(s0=0.9)])],
            [(0, "Ben"), (1, "Ann")],
        ),
        ([KnownVoice("Ann", [sample(s0=SAME_VOICE - 0.02)])], []),
        ([KnownVoice("Ann", [sample(), sample(s1=0.8)])], [(1, "Ann")]),
        ([], []),
    ],
)
def test_names_go_to_the_speakers_most_alike(voices: list[KnownVoice], expected: list[tuple[int, str]]) -> None:
    assert names(*voices) == expected


def test_channel_without_speakers_has_no_names() -> None:
    assert recognise(0, JoinedSpeakers([], []), [KnownVoice("Ann", [sample(s0=1.0)])]) == []
