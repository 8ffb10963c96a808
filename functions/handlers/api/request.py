"""A request as API Gateway's proxy event brings it."""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.errors import bad_request

STAGE = "/v1"


@dataclass(frozen=True)
class Request:
    method: str  # upper-case
    resource: str  # the route, e.g. "/requests/{id}", without the stage
    parameters: Mapping[str, str]  # of the route
    query: list[tuple[str, str]]  # decoded, repeated keys and all
    headers: Mapping[str, str]  # lower-case names; of repeated ones the last
    body: bytes
    caller: str  # whom the authorizer let in
    id: str  # a UUID
    received: float = field(default_factory=time.monotonic)

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Request:
        """Raises ApiError for a body that says it is base64 and is not."""
        context = event.get("requestContext") or {}
        return cls(
            method=event["httpMethod"].upper(),
            resource="/" + event["resource"].removeprefix(STAGE).strip("/"),
            parameters=event.get("pathParameters") or {},
            query=_pairs(event),
            headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
            body=_body(event),
            caller=(context.get("authorizer") or {}).get("principalId", "public"),
            id=context.get("requestId", ""),
        )

    @property
    def fields(self) -> dict[str, list[str]]:
        """All values of each query parameter."""
        fields: dict[str, list[str]] = {}
        for name, value in self.query:
            fields.setdefault(name, []).append(value)
        return fields

    def first(self, name: str, default: str = "") -> str:
        """A query parameter; of a repeated one the first value."""
        return next((value for key, value in self.query if key.lower() == name), default)

    def patience(self, most: float) -> float:
        """Until when the caller waits on the line, as time.monotonic(): `Prefer: wait=0` asks not to."""
        asked = re.search(r"(?:^|[\s,;])wait=(\d+)", self.headers.get("prefer", "").lower())
        return self.received + min(float(asked[1]), most) if asked else self.received + most

    @property
    def content_type(self) -> str:
        """Lower-case, without parameters; "" when there is none."""
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
    except binascii.Error:
        raise bad_request("Bad Request: the body is not the base64 it claims to be.") from None
