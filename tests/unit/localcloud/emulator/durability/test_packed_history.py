"""Packed history: read as a list is, a fraction of its memory, and the same in the journal."""

from __future__ import annotations

import copy
import json
import sys
import tracemalloc

import pytest

from localcloud.emulator.durability.packed_history import PackedHistory

EVENTS = [
    {"id": number, "type": "TaskSucceeded", "taskSucceededEventDetails": {"output": json.dumps({"job": "j" * 900})}}
    for number in range(40)
]


def test_packed_history_reads_as_its_list() -> None:
    packed = PackedHistory(EVENTS)

    assert list(packed) == EVENTS
    assert (len(packed), packed[-1], packed[2:4]) == (40, EVENTS[-1], EVENTS[2:4])
    assert list(reversed(packed)) == EVENTS[::-1]
    assert EVENTS[3] in packed
    assert packed == EVENTS
    assert packed != EVENTS[1:]
    assert not PackedHistory([])
    assert copy.deepcopy({"events": packed}) == {"events": EVENTS}


@pytest.mark.parametrize("encode", [json.dumps, lambda value: json.dumps(value, indent=1)])  # in C, and in Python
def test_journal_gets_the_events_themselves(encode: object) -> None:
    assert callable(encode)
    assert json.loads(encode({"events": PackedHistory(EVENTS), "none": PackedHistory([])})) == {
        "events": EVENTS,
        "none": [],
    }


def test_thousand_histories_take_little_memory() -> None:
    def kept(pack: object) -> int:
        assert callable(pack)
        tracemalloc.start()
        histories = [pack(copy.deepcopy(EVENTS)) for _ in range(50)]
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(histories) == 50
        return size

    assert kept(PackedHistory) < kept(list) / 10


def test_history_of_an_ended_execution_does_not_change() -> None:
    with pytest.raises(TypeError):
        PackedHistory(EVENTS).append({})
    assert sys.getsizeof(PackedHistory(EVENTS)) < 200
