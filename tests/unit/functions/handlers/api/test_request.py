"""Request: the proxy event's time of arrival."""

from __future__ import annotations

import time

import pytest

from functions.handlers.api.request import Request


@pytest.mark.parametrize(
    ("age", "waited"),
    [(10.0, 10.0), (0.0, 0.0), (-5.0, 0.0), (40.0, 0.0), (None, 0.0)],  # the last three say nothing of the wait
)
def test_time_at_the_gateway_counts_as_waited(age: float | None, waited: float) -> None:
    context = {} if age is None else {"requestTimeEpoch": (time.time() - age) * 1000}
    request = Request.from_event({"httpMethod": "GET", "resource": "/v1/listen", "requestContext": context})

    assert time.monotonic() - request.received == pytest.approx(waited, abs=0.5)
