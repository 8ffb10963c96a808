"""Direction of caption lines: marks that make players print right-to-left text right.

SubRip has no direction: most players lay out each line from left to right, and a full stop at the end of a Hebrew line
stands on the wrong side. WebVTT takes the direction of a line's first letter, which may be that of a Latin name. An
embedding (U+202B … U+202C) decides it in both, as Subtitle Edit's "Fix RTL via Unicode control characters" does;
isolates (U+2067) are unknown to older players.
"""

from __future__ import annotations

import unicodedata

from functions.languages import WRITTEN_RIGHT_TO_LEFT

RIGHT_TO_LEFT, LEFT_TO_RIGHT, END = "\u202b", "\u202a", "\u202c"  # RLE, LRE, PDF
MARKS = 2  # characters that `with_direction_marks` adds


def is_right_to_left(text: str, language: str) -> bool:
    """Return whether a text is written from right to left: by its language, otherwise by most of its letters."""
    classes = [unicodedata.bidirectional(letter) for letter in text]
    count = sum(c in ("R", "AL") for c in classes)
    return count > (0 if language in WRITTEN_RIGHT_TO_LEFT else classes.count("L"))


def with_direction_marks(line: str, right_to_left: bool, label: str = "") -> str:
    """Return a line with marks, where a player might print it in another direction than that of its text.

    Args:
        line: Without line breaks.
        right_to_left: Direction of the text that the line is part of. A line of Latin words only needs no marks.
        label: Printed at the line's beginning; it does not influence the direction.
    """
    classes = {unicodedata.bidirectional(letter) for letter in line}
    has_right_to_left = bool(classes & {"R", "AL"})
    if right_to_left and (has_right_to_left or "L" not in classes):
        return f"{RIGHT_TO_LEFT}{label}{line}{END}"
    if not right_to_left and has_right_to_left:
        return f"{LEFT_TO_RIGHT}{label}{line}{END}"
    return label + line
