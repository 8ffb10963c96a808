"""ministack: a request that is not valid HTTP gets an error message.

Why: the answer has no body. `curl 'http://127.0.0.1:8123/v1/listen?keyterm=Müller'` sends the letter ü as it is, which
    no URL may have, and prints nothing at all.
Upstream: none filed.
Remove when: the answer says what could not be read.
Test: tests/localcloud/patches/test_ministack_http.py::test_unreadable_request_without_patch_gets_an_empty_answer
"""

from __future__ import annotations

import json
import sys
from email.utils import formatdate
from typing import Any

from localcloud.patches.registry import Patch, Runtime, patch

ERROR_RESPONSE = "ministack.app:_H11Protocol._send_error_response"
_ESCAPED = (
    "In an address, letters outside ASCII and spaces are percent-encoded: curl --url-query 'keyterm=Müller' "
    "(7.87 or newer) does it."
)


def apply(runtime: Runtime) -> None:
    """Replace the method that answers what could not be read."""
    patch(ERROR_RESPONSE, _send_error_response)


async def _send_error_response(self: Any, status_code: int) -> None:
    """Send Deepgram's and OpenAI's form of error in one; hypercorn calls this while it handles h11's exception."""
    import h11

    reason = str(sys.exception()).partition(": bytearray(")[0]  # h11 repeats the line as Python writes bytes
    body = json.dumps(_error(reason), ensure_ascii=False).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
        (b"date", formatdate(usegmt=True).encode()),
        *self.config.response_headers("h11"),
    ]
    await self._send_h11_event(h11.Response(status_code=status_code, headers=headers))
    await self._send_h11_event(h11.Data(data=body))
    await self._send_h11_event(h11.EndOfMessage())


def _error(reason: str) -> dict[str, Any]:
    message = f"The request is no valid HTTP: {reason}." + (f" {_ESCAPED}" if "request line" in reason else "")
    return {"err_code": "Bad Request", "err_msg": message, "message": message, "error": {"message": message}}


PATCH = Patch(
    name="ministack-unreadable-requests",
    needed_for="behaviour",
    points={ERROR_RESPONSE: "7043de351cdfdd9c"},
    apply=apply,
)
