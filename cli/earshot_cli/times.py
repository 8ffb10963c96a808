"""Times on the command line: dates, times and durations, parsed and formatted."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from earshot_cli.errors import CliError, Status

_DURATION = re.compile(r"(\d{1,6})\s*([smhdw])", re.IGNORECASE)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def local_minute(iso: str) -> str:
    """Return a timestamp in the reader's time zone, to the minute."""
    return f"{datetime.fromisoformat(iso).astimezone():%Y-%m-%d %H:%M}"


def duration(seconds: float | None) -> str:
    """Format a length of time as `7.9 s`, `45 s`, `12:05` or `1:02:05`; None as an empty text."""
    if seconds is None:
        return ""
    if seconds < 59.5:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def rough_duration(seconds: float) -> str:
    """Format the sum of many lengths: `45 s`, `12 min`, `20.1 h`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"


def parse_time(option: str, text: str, *, ahead: bool = False, end_of_day: bool = False) -> datetime:
    """Return a time with its zone; without a zone it is the reader's.

    Args:
        option: name of the option, for the error.
        text: ISO 8601, such as 2026-11-22 or 2026-11-22T12:00; or a duration: 90s, 30m, 2h, 7d, 4w.
        ahead: a duration leads into the future; else into the past.
        end_of_day: a date without a time means its end; else its beginning.

    Raises:
        CliError: the text is neither a date nor a duration.
    """
    if found := _DURATION.fullmatch(text.strip()):
        distance = timedelta(**{_UNITS[found[2].lower()]: int(found[1])})
        return datetime.now(UTC) + (distance if ahead else -distance)
    try:
        moment = datetime.fromisoformat(text.strip())
        is_date = len(text.strip()) <= len("2026-11-22")
        return (moment + (timedelta(days=1, milliseconds=-1) if is_date and end_of_day else timedelta())).astimezone()
    except (ValueError, OverflowError):
        raise CliError(
            f"{option} {text}: write a date (2026-11-22), a time (2026-11-22T12:00) or how long "
            f"{'from now' if ahead else 'ago'} (30m, 2h, 7d).",
            Status.USAGE,
        ) from None
