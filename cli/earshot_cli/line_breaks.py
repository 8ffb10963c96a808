"""Line breaks of messages on a terminal: between words, which a terminal itself does not care about."""

from __future__ import annotations

import re
from typing import TypeVar

from rich.cells import cell_len
from rich.text import Text

T = TypeVar("T", str, Text)
# What stays on one line: a word, and a command in backticks, so that it can be copied whole.
_UNIT = re.compile(r"(?:`[^`\n]*`|[^\s`]|`)+")


def broken_between_words(text: T, width: int) -> T:
    """Return the text with each line broken between words where it is longer than `width` columns.

    A part of an indented line is indented as its beginning. What is wider than the terminal, such as an address, is
    left to the terminal, which breaks it without a line feed: copied, it is still whole.
    """
    lines = str(text).split("\n")
    breaks: list[tuple[int, int, int]] = []  # end of a part, start of the next, columns of its indentation
    offset = 0
    for line in lines:
        indent = len(line) - len(line.lstrip(" "))
        column, end = 0, 0
        for unit in _UNIT.finditer(line):
            column += cell_len(line[end : unit.start()])
            columns = cell_len(unit[0])
            if end and column + columns > width:
                breaks.append((offset + end, offset + unit.start(), indent))
                column = indent
            column, end = column + columns, unit.end()
        offset += len(line) + 1
    if not breaks:
        return text
    result, start = text[:0], 0
    for end, next_start, indent in breaks:
        result, start = result + text[start:end] + ("\n" + " " * indent), next_start
    return result + text[start:]
