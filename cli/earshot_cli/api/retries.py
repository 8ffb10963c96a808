"""Retries of a request: a few after errors, and as many as the deployment asks for while it is busy (429)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import httpx

MAX_ATTEMPTS = 5  # of one request, when the connection breaks or the service fails
BUSY_SECONDS = 24 * 3600.0  # for which a run over files waits for a busy deployment: a queue may take a night
_RETRYABLE_STATUSES = (429, 502, 503, 504)
_MAX_ERROR_SECONDS = 30.0  # between two attempts after an error
MIN_BUSY_SECONDS = 1.0
_MAX_BUSY_SECONDS = 600.0  # between two attempts while it is busy, whatever Retry-After says
_SPREAD = 0.2  # share by which a wait is longer than requested, so that clients return at different times

OnBusy = Callable[[float], None]  # is called with the seconds until the next attempt


def no_busy_sign(_: float) -> None:
    """Show nothing while the service is busy."""


class Retries:
    """Attempts of one request.

    Args:
        busy_limit: seconds for which a busy deployment is tried again; 0: it has as many attempts as one that fails.
        on_busy: called before each wait for a busy deployment, and with 0.0 when it takes the request again.
        clock: seconds.
    """

    def __init__(
        self, busy_limit: float = 0.0, on_busy: OnBusy = no_busy_sign, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._busy_limit, self._on_busy, self._clock = busy_limit, on_busy, clock
        self._attempts = 0
        self._busy_since: float | None = None

    def after_error(self) -> float | None:
        """Return the seconds until the next attempt after a broken connection; None: that was the last."""
        self._attempts += 1
        return None if self._attempts >= MAX_ATTEMPTS else _backoff_seconds(self._attempts)

    def after(self, response: httpx.Response) -> float | None:
        """Return the seconds until the next attempt; None: this is the answer."""
        if response.status_code == 429 and self._busy_limit:
            return self._after_busy(response)
        if self._busy_since is not None:
            self._busy_since = None
            self._on_busy(0.0)
        if response.status_code not in _RETRYABLE_STATUSES:
            return None
        pause = self.after_error()
        return pause and min(_retry_after(response, pause), _MAX_ERROR_SECONDS)

    def _after_busy(self, response: httpx.Response) -> float | None:
        now = self._clock()
        if self._busy_since is None:
            self._busy_since = now
        minimum = max(MIN_BUSY_SECONDS, min(_retry_after(response, 30.0), _MAX_BUSY_SECONDS))
        pause = minimum * random.uniform(1, 1 + _SPREAD)
        if now + pause > self._busy_since + self._busy_limit:
            return None
        self._on_busy(pause)
        return pause


def _retry_after(response: httpx.Response, default: float) -> float:
    """Return the seconds that the header Retry-After says; `default` where it is missing or a date."""
    seconds = response.headers.get("retry-after", "")
    return float(seconds) if seconds.isdecimal() else default


def _backoff_seconds(attempts: int) -> float:
    """Return 0.5, 1, 2, 4 … after 1, 2, 3, 4 … attempts."""
    return 2.0**attempts / 4
