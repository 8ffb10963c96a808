"""Estimate of the time that is left: what a running job, and a run of the command over many files, show."""

from __future__ import annotations


def seconds_left(share: float, worked: float, since: float) -> float | None:
    """Return the seconds that the rest takes at the mean speed until the last report.

    Between two reports the estimate falls with the clock: a missing report must not make it grow.

    Args:
        share: share of the whole that was done when it last changed, 0 to 1.
        worked: seconds from the beginning until then.
        since: seconds from then until now.

    Returns:
        None if nothing is done yet, and if the estimated time has passed: the estimate was wrong.
    """
    if share <= 0:
        return None
    left = max(0.0, worked) * (1 - share) / share - max(0.0, since)
    return left if left > 0 else None
