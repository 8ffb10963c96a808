"""Text that a program sent in place of a missing value: a word like "null", or a placeholder that was not filled in.

Used for addresses, languages and prompts: messages then name the program's mistake instead of the text's.
"""

from __future__ import annotations

import re

_WORDS = ("null", "none", "undefined", "nan", "nil", "[object object]")
# ${URL}, {{ url }}, {url}, %URL%, %(url)s, <%= url %>, YOUR_URL, YOUR-URL-HERE: no sentence is written so
_TEMPLATE = re.compile(r"\$\{[^{}]*\}|\{\{[^{}]*\}\}|\{\w+\}|%\w+%|%\(\w+\)s|<%.*%>|your[_-]\w[\w-]*", re.IGNORECASE)
# $URL, { the url }, <url>, YOUR URL; among people's words also $AMZN, {Ann, Bob}, <laughs>, Your Honor
_LOOSE = re.compile(r"\$[a-z_][\w.]*|\{[^{}]*\}|<[^<>:/]*>|your \w[\w -]*", re.IGNORECASE)


def mistake_of_missing_value(text: str, *, prose: bool = False) -> str | None:
    """Return the beginning of an error message about a text in place of a value; None: it may be a value.

    Args:
        text: what was sent.
        prose: the text may be in people's own words, so only what they cannot be is a placeholder.
    """
    stripped = text.strip()
    if stripped.lower() in _WORDS:
        return "A program wrote a missing value as text."
    if _TEMPLATE.fullmatch(stripped) or (not prose and _LOOSE.fullmatch(stripped)):
        return "It is a placeholder, which was not replaced by a value."
    return None
