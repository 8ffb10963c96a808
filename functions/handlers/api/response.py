"""Answers, in Deepgram's shape where they refuse, as API Gateway wants them back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.jobs.job import Failure

JSON = "application/json"
RETRY_SECONDS = {429: 5, 503: 5}  # SDKs that retry obey it

# Results are for pages as well as for programs; keys come in a header, never in a cookie.
_OPEN = {"access-control-allow-origin": "*", "access-control-expose-headers": "dg-request-id,dg-error,retry-after"}


@dataclass(frozen=True)
class Reply:
    """`body` is text: nothing here answers with bytes."""

    status: int
    body: str = ""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_gateway(self) -> dict[str, Any]:
        headers = {"content-type": self.content_type, **_OPEN, **self.headers}
        return {"statusCode": self.status, "headers": headers, "body": self.body, "isBase64Encoded": False}


def json_reply(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(document, ensure_ascii=False, separators=(",", ":")), JSON, headers or {})


def refusal(failure: Failure, request_id: str) -> Reply:
    """`{err_code, err_msg, request_id}`: three SDKs show `err_msg`, none needs more."""
    document = {"err_code": failure.err_code, "err_msg": failure.err_msg, "request_id": request_id}
    return json_reply(document, failure.status, refusal_headers(failure, request_id))


def refusal_headers(failure: Failure, request_id: str) -> dict[str, str]:
    said = " ".join(failure.err_msg.split()).encode("ascii", "replace").decode()
    headers = {"dg-request-id": request_id, "dg-error": said}
    if failure.status in RETRY_SECONDS:
        headers["retry-after"] = str(RETRY_SECONDS[failure.status])
    return headers


def see_other(location: str, document: Any, request_id: str) -> Reply:
    """303: whoever follows it seems to wait; whoever does not finds in the body what to do."""
    return json_reply(document, 303, {"location": location, "dg-request-id": request_id})
