"""Estimate of the time that is left: what a running job, and a run of the command over many files, show."""

from __future__ import annotations


def seconds_left(share: float, worked: float, since: float) -> float | None:
    """Return the seconds that the rest takes if it goes on as it went until the last news.

    In between it falls as the clock goes: it must not grow for lack of news.

    Args:
        share: share of the whole that was done when it last changed, 0 to 1.
        worked: seconds from the beginning until then.
        since: seconds from then until now.

    Returns:
        None where nothing is done yet, and where the estimate is used up: it was wrong, and there is no other.
    """
    if share <= 0:
        return None
    left = max(0.0, worked) * (1 - share) / share - max(0.0, since)
    return left if left > 0 else None
