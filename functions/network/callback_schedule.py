"""Schedule of callbacks: when one that failed is tried again."""

from __future__ import annotations

import random

MINUTE, HOUR = 60.0, 3600.0
# Seconds between a failed try and the next, as the operational advice of Standard Webhooks has them: about 75 hours.
# https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, "Retries"
RETRY_DELAYS = (5.0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
JITTER = 0.1  # share by which a delay is made longer or shorter: receivers that come back are not all called at once
MAX_RETRY_AFTER = 24 * HOUR  # a receiver that asks for more time gets this


def retry_delay(tries: int, retry_after: float = 0.0) -> float | None:
    """Return the seconds to wait after a failed try; None: there is no further one.

    Args:
        tries: number of failed tries, this one included.
        retry_after: seconds that the receiver asked for; the wait is never shorter, unless that is more than
            MAX_RETRY_AFTER.
    """
    if tries > len(RETRY_DELAYS):
        return None
    delay = RETRY_DELAYS[tries - 1] * random.uniform(1 - JITTER, 1 + JITTER)
    return max(delay, min(retry_after, MAX_RETRY_AFTER))
