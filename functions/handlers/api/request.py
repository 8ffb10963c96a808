"""Request: API Gateway's proxy event, read."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from earshot_contract.timeouts import GATEWAY_SECONDS
from functions.errors import bad_request
from functions.handlers.api.bodies.compressed_body import decompressed
from functions.jobs.caller import Caller

STAGE = "/v1"
PROXY_PATH = "{proxy+}"  # of API Gateway: all paths without a resource, and methods that a resource lacks
_METHODS_WITH_BODY = ("POST", "PUT")  # all of these routes need a key; bodies of other methods are not read


class Request(Struct, frozen=True):
    """One HTTP request."""

    method: str  # upper-case
    resource: str  # the route, e.g. "/requests/{id}", without the stage
    parameters: Mapping[str, str]  # of the route
    query: list[tuple[str, str]]  # decoded, repeated keys included
    headers: Mapping[str, str]  # lower-case names; the last of repeated ones
    body: bytes  # b"" where no route reads one
    caller: Caller  # from the authorizer
    id: str  # a UUID
    received: float = field(default_factory=time.monotonic)  # by API Gateway; value of time.monotonic()

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Request:
        """Read a proxy event.

        Raises:
            ApiError: The body is declared as base64 and is not, or is compressed in a way that is not decoded.
        """
        context = event.get("requestContext") or {}
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        method = event["httpMethod"].upper()
        resource = "/" + event["resource"].removeprefix(STAGE).strip("/")
        # 64 KB of gzip are 64 MiB: they are not decompressed for a wrong path, nor for a caller without a key.
        is_read = method in _METHODS_WITH_BODY and resource not in ("/", f"/{PROXY_PATH}")
        return cls(
            method=method,
            resource=resource,
            parameters=event.get("pathParameters") or {},
            query=_pairs(event),
            headers=headers,
            body=decompressed(_body(event), headers.get("content-encoding", "")) if is_read else b"",
            caller=Caller.from_context(context),
            id=context.get("requestId", ""),
            received=_received(context),
        )

    @property
    def fields(self) -> dict[str, list[str]]:
        """All values of each query parameter, by name."""
        fields: dict[str, list[str]] = {}
        for name, value in self.query:
            fields.setdefault(name, []).append(value)
        return fields

    def first(self, name: str, default: str = "") -> str:
        """Return a query parameter's first value, whatever the case of its name."""
        return next((value for key, value in self.query if key.lower() == name), default)

    def prefers(self, preference: str) -> bool:
        """Return whether the header `Prefer` names a preference that has no value (RFC 7240)."""
        named = re.split(r"[,;\s]+", self.headers.get("prefer", "").lower())
        return preference in named

    def wait_deadline(self, max_seconds: float) -> float:
        """Return until when to wait for a result, as a value of time.monotonic().

        `Prefer: wait=…` may shorten the wait; `wait=0` ends it at once.
        """
        preferred = re.search(r"(?:^|[\s,;])wait=(\d+)", self.headers.get("prefer", "").lower())
        return self.received + (min(float(preferred[1]), max_seconds) if preferred else max_seconds)

    @property
    def content_type(self) -> str:
        """Content-Type in lower case, without parameters; "" if there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def _pairs(event: Mapping[str, Any]) -> list[tuple[str, str]]:
    repeated = event.get("multiValueQueryStringParameters") or {}
    return [(key, value) for key, values in repeated.items() for value in values]


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:  # also for letters outside ASCII
        raise bad_request("Bad Request: the body is not the base64 it claims to be.") from None


def _received(context: Mapping[str, Any]) -> float:
    """Return when API Gateway received the request, as a value of time.monotonic().

    Its 29 s run from then on: a cold start, or the wait for a free environment, is part of them.
    """
    age = time.time() - float(context.get("requestTimeEpoch") or 0) / 1000
    # A greater age shows that the clocks differ: the gateway would have answered by then.
    return time.monotonic() - (age if 0 < age < GATEWAY_SECONDS else 0.0)
