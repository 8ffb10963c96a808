"""The header `Retry-After` of servers that downloads and callbacks talk to: how long they ask their clients to wait.

The API's own header is in `functions/handlers/api/response.py`.
"""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime


def retry_after_seconds(header: str) -> float:
    """Return the seconds that `Retry-After` asks for, as a number or as a date; 0 if it says nothing usable."""
    value = header.strip()
    if value.isdecimal() and value.isascii():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return 0.0
