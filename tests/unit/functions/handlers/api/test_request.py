"""Request: the proxy event's time of arrival, and whose body is decompressed."""

from __future__ import annotations

import base64
import gzip
import time

import pytest

from functions.handlers.api.request import PROXY_PATH, Request
from functions.handlers.api.router import ROUTES


@pytest.mark.parametrize(
    ("age", "waited"),
    [(10.0, 10.0), (0.0, 0.0), (-5.0, 0.0), (40.0, 0.0), (None, 0.0)],  # the last three say nothing of the wait
)
def test_time_at_the_gateway_counts_as_waited(age: float | None, waited: float) -> None:
    context = {} if age is None else {"requestTimeEpoch": (time.time() - age) * 1000}
    request = Request.from_event({"httpMethod": "GET", "resource": "/v1/listen", "requestContext": context})

    assert time.monotonic() - request.received == pytest.approx(waited, abs=0.5)


def compressed(method: str, resource: str) -> Request:
    return Request.from_event(
        {
            "httpMethod": method,
            "resource": resource,
            "headers": {"Content-Encoding": "gzip"},
            "body": base64.b64encode(gzip.compress(bytes(999_999))).decode(),
            "isBase64Encoded": True,
        }
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "GET"])
@pytest.mark.parametrize("path", ["/", f"/{PROXY_PATH}"])
def test_body_for_a_wrong_path_is_not_decompressed(method: str, path: str) -> None:
    assert compressed(method, path).body == b""


def test_no_body_is_decompressed_without_a_key() -> None:
    for (method, path), route in ROUTES.items():
        assert len(compressed(method, path).body) in ((0,) if route.public else (0, 999_999))
    assert len(compressed("POST", "/listen").body) == 999_999
