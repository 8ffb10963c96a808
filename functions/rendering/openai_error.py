"""OpenAI's error body."""

from __future__ import annotations

from typing import Any

from functions.errors import Failure


def error_body(failure: Failure, param: str | None = None) -> dict[str, Any]:
    """Return the body of an error. SDKs show an empty message for any other shape.

    Args:
        failure: What went wrong.
        param: Name of the form field that caused it.
    """
    kind, code = {
        401: ("invalid_request_error", "invalid_api_key"),
        404: ("invalid_request_error", failure.err_code.lower().replace(" ", "_")),
        429: ("requests", "rate_limit_exceeded"),
    }.get(failure.status, ("server_error" if failure.status >= 500 else "invalid_request_error", None))
    return {"error": {"message": failure.err_msg, "type": kind, "param": param, "code": code}}
