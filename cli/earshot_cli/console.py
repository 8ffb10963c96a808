"""Consoles of the command: results go to stdout, everything else to stderr. Nothing else in the command prints.

Names, messages and transcripts come from outside. Whatever is printed loses its control characters here, so that none
of them reaches a terminal as an escape code. Files that the command writes are unchanged.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleDimensions, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from earshot_cli.line_breaks import broken_between_words

# C0 without tab and line feed, DEL, C1: among them ESC, and CSI as one character.
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
UNBOUNDED = ConsoleDimensions(100_000, 25)


def without_control_characters(text: str) -> str:
    """Return the text without control characters other than tab and line feed, and as UTF-8 can write it."""
    return _CONTROL_CHARACTERS.sub("", as_unicode(text))


def as_unicode(text: str) -> str:
    """Return the text with U+FFFD for bytes that are not UTF-8, which Python keeps as surrogates in names."""
    return _SURROGATE.sub("\ufffd", text)


def one_line(text: object) -> str:
    """Return a name or a path without line feeds: they could look like another line."""
    return re.sub(r"[\t\n\r]", " ", str(text))


class SafeConsole(Console):
    """Console whose texts have no control characters; the codes for its own colours and bars stay.

    Lines are cut to the width of a terminal, or to COLUMNS. Elsewhere they have their full length, so that a program
    that reads a list gets whole names.
    """

    @property
    def bounded(self) -> bool:
        """Whether lines have a width to fit."""
        return self.is_terminal or self._width is not None or "COLUMNS" in self._environ

    @property
    def size(self) -> ConsoleDimensions:
        """Columns and lines."""
        return super().size if self.bounded else UNBOUNDED

    @size.setter
    def size(self, new_size: tuple[int, int]) -> None:
        self._width, self._height = new_size

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does; on a terminal the lines of messages break between words."""
        if self.is_terminal:
            objects = tuple(map(self._broken, objects))
        super().print(*objects, **options)

    def _broken(self, printed: Any) -> Any:
        if isinstance(printed, str):
            return broken_between_words(printed, self.width)
        return broken_between_words(printed, self.width) if isinstance(printed, Text) else printed

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the segments of what is printed."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            yield segment if control else Segment(without_control_characters(text), style)


stdout = SafeConsole(highlight=False, soft_wrap=True)
stderr = SafeConsole(stderr=True, highlight=False, soft_wrap=True)


def drop_output() -> None:
    """Send further output to the null device, also what Python still buffers: the reader of stdout is gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_prose(text: str, end: str = "\n") -> None:
    """Write a transcript's text to stdout: on a terminal its lines break between words, elsewhere it is as it is."""
    write(broken_between_words(text, stdout.width) if stdout.is_terminal else text, end)


def write(text: str, end: str = "\n") -> None:
    """Write a result to stdout unchanged: neither wrapped nor coloured."""
    sys.stdout.write(without_control_characters(text + end))
    sys.stdout.flush()
