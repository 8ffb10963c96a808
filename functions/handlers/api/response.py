"""Response: what a view function returns, and its form for API Gateway; Deepgram's error bodies and headers."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from functions.errors import Failure

JSON_TYPE = "application/json"
MAX_HEADER_LETTERS = 1024  # of `dg-error`: a gateway takes 10 KB of headers, and clients less; the body has all
# By status; SDKs that retry obey up to 60 s. 429 means a full queue, which a few seconds do not change.
RETRY_AFTER_SECONDS = {429: 30, 503: 5}


class Response(Struct, frozen=True):
    """An answer. `body` is text; of media it is bytes."""

    status: int
    body: str | bytes = ""
    content_type: str = JSON_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)
    compressed: bool = False  # send the body with gzip, which the client has said it reads

    def to_gateway(self) -> dict[str, Any]:
        """Return API Gateway's proxy answer."""
        headers = {"content-type": self.content_type, **self.headers}
        if isinstance(self.body, str) and not self.compressed:
            return {"statusCode": self.status, "headers": headers, "body": self.body, "isBase64Encoded": False}
        raw = self.body.encode() if isinstance(self.body, str) else self.body
        if self.compressed:
            raw = gzip.compress(raw, mtime=0)
            headers |= {"content-encoding": "gzip"}
        body = base64.b64encode(raw).decode()
        return {"statusCode": self.status, "headers": headers, "body": body, "isBase64Encoded": True}


def json_response(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response with a JSON body."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Response(status, body, JSON_TYPE, headers or {})


def error_response(failure: Failure, request_id: str) -> Response:
    """Return `{err_code, err_msg, request_id}`: three SDKs show `err_msg`, none needs more."""
    document = {**failure.body(), "request_id": request_id}
    return json_response(document, failure.status, error_headers(failure, request_id))


def error_headers(failure: Failure, request_id: str) -> dict[str, str]:
    """Return `dg-request-id`, `dg-error` (in ASCII) and, for statuses worth a retry, `retry-after`."""
    ascii_only = "".join(letter if " " <= letter <= "~" else "?" for letter in " ".join(failure.err_msg.split()))
    message = ascii_only[:MAX_HEADER_LETTERS]
    headers = {"dg-request-id": request_id, "dg-error": message}
    if failure.status in RETRY_AFTER_SECONDS:
        headers["retry-after"] = str(RETRY_AFTER_SECONDS[failure.status])
    return headers


def see_other(location: str, document: Any, request_id: str) -> Response:
    """Redirect (303) to the job's result.

    A client that follows redirects just waits longer; for others the body names the URL to request.
    """
    return json_response(document, 303, {"location": location, "dg-request-id": request_id})
