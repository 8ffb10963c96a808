"""One numbering for a channel's speakers: the sections of all its shards number their own, and send their centres.

Average linkage, in plain Python: the function that assembles has no numpy. With unit vectors the mean distance of two
groups is one minus the product of their mean vectors, so a group is kept as one vector.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from itertools import combinations, count
from math import sqrt
from operator import mul

from earshot_contract.documents.shard_results import ShardSpeakers, SpeakerSection, SpeakerTurn
from earshot_contract.documents.shards import SpeakerOptions

# Distance (1 - cosine) at which groups are no longer joined; the further ones where the caller knows of more speakers.
_STOP = 0.5
_STOPS_FOR_MORE = (0.4, 0.3, 0.2)
_BATCH = 256  # groups joined at once: pairs grow with the square of it, and not with the length of the recording


@dataclass(frozen=True)
class _Group:
    """Speakers of different sections that are one person."""

    members: tuple[tuple[int, int], ...]  # section, and speaker in it
    sections: frozenset[int]
    seconds: float
    mean: list[float]  # of the unit vectors, weighted by seconds; not of length 1


@dataclass(frozen=True)
class JoinedSpeakers:
    """Speakers of a channel, numbered from 0 in order of appearance."""

    turns: list[SpeakerTurn]  # in order of time
    centres: list[list[float]]  # mean vector of each speaker's voice, of length 1


NO_SPEAKERS = JoinedSpeakers([], [])


def join_speakers(shards: Sequence[ShardSpeakers], request: SpeakerOptions | None = None) -> JoinedSpeakers:
    """Return the speakers of a channel.

    Two speakers of one section are joined only where there would be more than the request allows.

    Args:
        shards: speakers of the channel's shards, in order of time.
        request: how many speakers there are, if the caller knows it.
    """
    sections = [section for shard in shards for section in shard.sections]
    groups = _joined(_singles(sections), request)
    group_of = {member: number for number, group in enumerate(groups) for member in group.members}
    turns = sorted(
        (
            replace(turn, speaker=group_of[index, turn.speaker])
            for index, section in enumerate(sections)
            for turn in section.turns
        ),
        key=lambda turn: (turn.start, turn.end),
    )
    numbers: dict[int, int] = {}
    numbered = [replace(turn, speaker=numbers.setdefault(turn.speaker, len(numbers))) for turn in turns]
    return JoinedSpeakers(numbered, [_unit(groups[group].mean) for group in numbers])


def _singles(sections: Sequence[SpeakerSection]) -> list[_Group]:
    """Return a group of each speaker that has a turn."""
    found = []
    for index, section in enumerate(sections):
        speaking = {turn.speaker for turn in section.turns}
        for number, speaker in enumerate(section.speakers):
            if number in speaking:
                vector = unit_vector(speaker.centre)
                found.append(_Group(((index, number),), frozenset([index]), max(speaker.seconds, 0.01), vector))
    return found


def unit_vector(centre: str) -> list[float]:
    """Return a centre as workers send it as a vector of length 1."""
    content = base64.b64decode(centre)
    return _unit(struct.unpack(f"{len(content)}b", content))


def _unit(numbers: Sequence[float]) -> list[float]:
    length = sqrt(sum(map(mul, numbers, numbers))) or 1.0
    return [number / length for number in numbers]


def _joined(singles: list[_Group], request: SpeakerOptions | None) -> list[_Group]:
    minimum = (request and request.minimum) or 1
    maximum = (request and request.maximum) or None
    groups = _join_in_batches(singles, _STOP)
    for stop in _STOPS_FOR_MORE:
        if len(groups) >= min(minimum, len(singles)):
            break
        groups = _join_in_batches(singles, stop)
    return _join(groups, 0.0, maximum) if maximum and len(groups) > maximum else groups


def _join_in_batches(groups: list[_Group], stop: float) -> list[_Group]:
    """Join batch by batch, in order of time; the groups that result from a batch take part in the next one."""
    while len(groups) > _BATCH:
        first = _join(groups[:_BATCH], stop)
        if len(first) == _BATCH:  # none are alike: there are very many speakers, or the vectors carry no information
            return first + groups[_BATCH:]
        groups = first + groups[_BATCH:]
    return _join(groups, stop)


def _join(groups: list[_Group], stop: float, maximum: int | None = None) -> list[_Group]:
    """Join the nearest pairs up to a distance of `stop`; with a `maximum`, until that many are left.

    Groups that share a section are different people; they come after all other pairs, and are joined for a `maximum`
    only.
    """
    alive = dict(enumerate(groups))
    pairs = [(_distance(a, b), i, j) for (i, a), (j, b) in combinations(alive.items(), 2)]
    heapify(pairs)
    numbers = count(len(groups))
    while pairs and (maximum is None or len(alive) > maximum):
        (together, distance), i, j = heappop(pairs)
        if i not in alive or j not in alive:
            continue
        if maximum is None and (together or distance > stop):
            break
        merged = _merge(alive.pop(i), alive.pop(j))
        number = next(numbers)
        for other, group in alive.items():
            heappush(pairs, (_distance(group, merged), other, number))
        alive[number] = merged
    return list(alive.values())


def _distance(a: _Group, b: _Group) -> tuple[bool, float]:
    return not a.sections.isdisjoint(b.sections), 1.0 - sum(map(mul, a.mean, b.mean))


def _merge(a: _Group, b: _Group) -> _Group:
    seconds = a.seconds + b.seconds
    mean = [(x * a.seconds + y * b.seconds) / seconds for x, y in zip(a.mean, b.mean, strict=True)]
    return _Group(a.members + b.members, a.sections | b.sections, seconds, mean)
