"""URLs without user and password, for whatever is shown, logged or sent on."""

from __future__ import annotations

import re

_USER = re.compile(r"(?<=://)[^/?#\s]*@")


def without_credentials(text: str) -> str:
    """Return a URL, or a text with URLs in it, without the users and passwords of URLs."""
    return _USER.sub("", text)
