"""Speakers of all sections of a channel become one numbering: shards, blocks, and however long the recording is."""

from __future__ import annotations

import base64
import random
from itertools import pairwise
from math import sqrt
from operator import mul

import pytest

from earshot_contract.documents.shard_results import SectionSpeaker, ShardSpeakers, SpeakerSection, SpeakerTurn
from earshot_contract.documents.shards import SpeakerOptions
from functions.transcripts import speaker_joining
from functions.transcripts.speaker_joining import NO_SPEAKERS, join_speakers, unit_vector

SECTION_SECONDS = 600.0


def voice(person: int, seed: int = 0, spread: float = 0.6) -> str:
    """A centre near the person's direction: the same person's are 0.7 alike, as real ones are; others' about 0."""
    direction, noise = random.Random(person), random.Random(f"{person}/{seed}")
    numbers = [direction.gauss(0, 1) + noise.gauss(0, spread) for _ in range(192)]
    largest = max(map(abs, numbers))
    return base64.b64encode(bytes(round(n / largest * 127) & 0xFF for n in numbers)).decode()


def section(index: int, *people: int) -> SpeakerSection:
    """A section in which people talk in turn, ten seconds each; its own numbers are in another order each time."""
    shuffled = random.Random(index).sample(people, len(people))
    turns = [
        SpeakerTurn(SECTION_SECONDS * index + 10 * n, SECTION_SECONDS * index + 10 * n + 9, shuffled.index(who), 0.9)
        for n, who in enumerate(people)
    ]
    return SpeakerSection([SectionSpeaker(9.0, voice(who, index)) for who in shuffled], turns)


def shards(*sections: SpeakerSection) -> list[ShardSpeakers]:
    return [ShardSpeakers("speakers", "a" * 64, [each]) for each in sections]


def numbers(turns: list[SpeakerTurn]) -> list[int]:
    return [turn.speaker for turn in turns]


def test_speakers_are_numbered_in_order_of_appearance() -> None:
    assert numbers(join_speakers(shards(section(0, 7, 3, 7), section(1, 5, 3), section(2, 7, 5))).turns) == [
        0,
        1,
        0,
        2,
        1,
        0,
        2,
    ]


def test_centre_of_a_speaker_is_the_mean_over_sections() -> None:
    joined = join_speakers(shards(section(0, 7, 3), section(1, 3, 7)))

    first = [voice(7, 0), voice(7, 1)]
    mean = [sum(pair) for pair in zip(*map(unit_vector, first), strict=True)]
    assert len(joined.centres) == 2
    assert sum(map(mul, joined.centres[0], mean)) == pytest.approx(sqrt(sum(map(mul, mean, mean))))
    assert sum(map(mul, joined.centres[0], joined.centres[0])) == pytest.approx(1)


def test_forty_shards_are_numbered_like_one_file() -> None:
    people = [[(n + k) % 5 for k in range(2)] for n in range(40)]
    many = [section(n, *who) for n, who in enumerate(people)]

    turns = join_speakers(shards(*many)).turns

    assert turns == join_speakers([ShardSpeakers("speakers", "a" * 64, many)]).turns
    order = {who: number for number, who in enumerate(dict.fromkeys(who for each in people for who in each))}
    assert numbers(turns) == [order[who] for each in people for who in each]


def test_more_centres_than_a_batch_are_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaker_joining, "_BATCH", 20)
    people = [[n % 7, (n + 1) % 7, (n + 3) % 7] for n in range(30)]  # 90 centres

    turns = join_speakers(shards(*(section(n, *who) for n, who in enumerate(people)))).turns

    assert len(set(numbers(turns))) == 7


def test_two_speakers_of_one_section_stay_two() -> None:
    alike = SpeakerSection(
        [SectionSpeaker(9.0, voice(1, 1, 0.1)), SectionSpeaker(9.0, voice(1, 2, 0.1))],
        [SpeakerTurn(0, 9, 0, 0.9), SpeakerTurn(10, 19, 1, 0.9)],
    )

    assert numbers(join_speakers(shards(alike)).turns) == [0, 1]
    assert numbers(join_speakers(shards(alike), SpeakerOptions("speakers", maximum=1)).turns) == [0, 0]


@pytest.mark.parametrize(("maximum", "expected"), [(None, 3), (3, 3), (2, 2), (1, 1)])
def test_maximum_holds_for_the_whole_job(maximum: int | None, expected: int) -> None:
    found = join_speakers(shards(section(0, 1, 2), section(1, 2, 3)), SpeakerOptions("speakers", maximum=maximum))

    assert len(set(numbers(found.turns))) == expected


def test_minimum_keeps_doubtful_pairs_apart() -> None:
    far = [
        SpeakerSection([SectionSpeaker(9.0, voice(1, n, 0.85))], [SpeakerTurn(10 * n, 10 * n + 9, 0, 0.9)])
        for n in range(2)
    ]

    assert len(set(numbers(join_speakers(shards(*far)).turns))) == 1
    assert len(set(numbers(join_speakers(shards(*far), SpeakerOptions("speakers", minimum=2)).turns))) == 2


def test_turns_come_in_order_of_time() -> None:
    turns = join_speakers(shards(section(1, 1, 2), section(0, 1, 2))).turns

    assert all(earlier.start <= later.start for earlier, later in pairwise(turns))


def test_silence_has_no_turns() -> None:
    assert join_speakers(shards(SpeakerSection([], []))) == NO_SPEAKERS
