"""Redaction's time grows with the words, also where a number is hours long: Whisper may repeat one word without end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from functions.transcripts.redaction.redact import redact
from tests.fixtures.results.transcripts import segment, timed_words, transcript

WORDS = 80
REPEATED = [
    "one",
    "seven",
    "4",
    "17, 19.",
    "219 09, no sorry,",
    "my card is 4012 8888 8888 1881 and",
    "the code on the back is 382, and",
    "the last four of the card",
    "jane dot doe at gmail dot com, or",
    "a b c at",
    "on March 3rd 1985 and",
    "läuft im April",
    "4539. 4539. 1488. 1488.",
    "4539. 4539. 1488. 1488. 0343. 0343. 6467. 6467.",
    "golf bravo 33 bravo uniform",
    "And the code? 663.",
    "Your birthday? The 9th.",
    "well",
]


def lines_run(work: Callable[[], object]) -> int:
    """The lines of the package's code that are run, each turn of a loop counted."""
    lines = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        if "/redaction/" not in frame.f_code.co_filename:
            return None
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return lines


@pytest.mark.slow
@pytest.mark.parametrize("text", REPEATED)
def test_twice_the_words_take_twice_the_time(text: str) -> None:
    lines = []
    for number in (WORDS, 2 * WORDS):
        times = number // len(text.split())
        segments = [segment(timed_words(text, start=10.0 * at)) for at in range(times)]
        long = transcript(segments, duration=10.0 * times)
        redact(long, ["numbers", "email_address"])  # what is remembered of words is there the second time
        lines.append(lines_run(lambda long=long: redact(long, ["numbers", "email_address"])))  # type: ignore[misc]

    assert lines[1] < 3 * lines[0]  # what grows with the square takes four times as many


@pytest.mark.slow
@pytest.mark.parametrize("text", ["617 555 0143?", "4539 1488 0343 6467."])
def test_two_channels_of_twice_the_words_take_twice(text: str) -> None:
    lines = []
    for number in (WORDS, 2 * WORDS):
        times = number // len(text.split())
        own = [segment(timed_words(text, start=10.0 * at)) for at in range(times)]
        other = [segment(timed_words(text, start=10.0 * at + 5.0)) for at in range(times)]
        long = transcript(own, other, duration=10.0 * times)
        redact(long, ["numbers"])
        lines.append(lines_run(lambda long=long: redact(long, ["numbers"])))  # type: ignore[misc]

    assert lines[1] < 3 * lines[0]
