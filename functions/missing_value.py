"""Text that stands where a program lacked a value: the word for none, or a placeholder that was not filled in.

Used for addresses and languages, whose errors then name the program's mistake instead of the text's.
"""

from __future__ import annotations

import re

_WORDS = ("null", "none", "undefined", "nan", "nil", "[object object]")
# ${URL}, $URL, {{ url }}, {url}, %URL%, %(url)s, <url>, <%= url %>, YOUR_URL, YOUR-URL-HERE
_PLACEHOLDER = re.compile(
    r"\$\{?[a-z_][\w.]*\}?|\{\{?[^{}]*\}?\}|%\w+%|%\(\w+\)s|<[^<>:/]*>|<%.*%>|your[_ -]\w[\w -]*", re.IGNORECASE
)


def mistake_of_missing_value(text: str) -> str | None:
    """Return the beginning of an error message about a text in place of a value; None: it may be a value."""
    stripped = text.strip()
    if stripped.lower() in _WORDS:
        return "A program wrote a missing value as text."
    return "It is a placeholder, which was not replaced by a value." if _PLACEHOLDER.fullmatch(stripped) else None
