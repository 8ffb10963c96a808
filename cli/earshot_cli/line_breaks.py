"""Line breaks of messages on a terminal: between words; a terminal itself breaks inside words."""

from __future__ import annotations

import re
from typing import TypeVar

from rich.cells import cell_len
from rich.text import Text

T = TypeVar("T", str, Text)
_LABEL = re.compile(r" +|\S+ {2,}")  # spaces at the beginning, or a word with a column of text behind it
# Units that stay on one line: a word, and a command in backticks, so that it can be copied whole.
_UNIT = re.compile(r"(?:`[^`\n]*`|[^\s`]|`)+")


def broken_between_words(text: T, width: int) -> T:
    """Return the text with each line broken between words where it is longer than `width` columns.

    The parts of an indented line are indented like its beginning, those behind a label like the text behind it. A word
    wider than the terminal, such as an address, is left to the terminal, which breaks it without a line feed, so that
    it can be copied whole.
    """
    lines = str(text).split("\n")
    breaks: list[tuple[int, int, int]] = []  # end of a part, start of the next, columns of its indentation
    offset = 0
    for line in lines:
        label = _LABEL.match(line)
        indent = cell_len(label[0]) if label and 2 * cell_len(label[0]) <= width else 0
        column, end = 0, 0
        for unit in _UNIT.finditer(line):
            column += cell_len(line[end : unit.start()])
            columns = cell_len(unit[0])
            if end and column + columns > width:
                column = max(0, min(indent, width - columns))
                breaks.append((offset + end, offset + unit.start(), column))
            column, end = column + columns, unit.end()
        offset += len(line) + 1
    if not breaks:
        return text
    result, start = text[:0], 0
    for end, next_start, indent in breaks:
        result, start = result + text[start:end] + ("\n" + " " * indent), next_start
    return result + text[start:]
