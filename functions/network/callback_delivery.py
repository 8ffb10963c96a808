"""Delivery of a finished job's result to its callback URL."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import SplitResult, parse_qsl

from functions.errors import ApiError
from functions.network.public_address import SocketDeadline, connect
from functions.network.retry_after import retry_after_seconds
from functions.network.url import UrlUse, basic_authorization, check_url, request_target
from functions.network.webhook_signature import signature_headers

TIMEOUT_SECONDS = 20.0  # for the whole delivery: connection, request and the answer's headers
ANONYMOUS_CALLER = "public"  # a caller without a key has no identifier to send
GONE = 410  # the receiver wants no further delivery, as Standard Webhooks says

_PRESIGNED = {"x-amz-signature", "x-goog-signature"}  # query parameters, in lower case


class CallbackFailed(Exception):
    """Delivery failed; its text says why.

    Attributes:
        status: what the receiver answered; None: nothing.
        retry_after: seconds that the receiver asks to wait; 0.0 if it does not ask.
        is_final: True if no further try is of use: the receiver wants none, or the URL is gone.
    """

    def __init__(
        self, reason: str, status: int | None = None, retry_after: float = 0.0, *, is_final: bool = False
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.retry_after = retry_after
        self.is_final = is_final or status == GONE


def deliver(
    url: str,
    method: str,
    document: dict[str, Any],
    caller: str | None,
    *,
    message_id: str = "",
    secrets: Sequence[str] = (),
) -> int:
    """Send a document to a callback URL, once, and return the status of the answer.

    Any 2xx is success; redirects are not followed. The address has to be public, like that of a download. A presigned
    URL of S3 or Cloud Storage, made for PUT and application/json, gets the content's headers alone: nothing reads
    others there, and storage refuses some that were not signed.

    Args:
        url: Callback URL; user and password in it are sent as basic authentication.
        method: `POST` or `PUT`.
        document: JSON document to send.
        caller: Name of the caller's API key, sent as `dg-token`, Deepgram's name for the key's identifier.
        message_id: The same for each delivery of this document; sent only with a signature.
        secrets: Those of the job's owner, to sign with; none: the delivery is not signed.

    Raises:
        CallbackFailed: No connection, no answer in time, or another status.
    """
    deadline = time.monotonic() + TIMEOUT_SECONDS
    try:
        parts = check_url(url, UrlUse.CALLBACK)
        connection = connect(parts, TIMEOUT_SECONDS, UrlUse.CALLBACK)
    except ApiError as error:
        raise CallbackFailed(error.failure.err_msg) from None
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "Earshot"} | basic_authorization(parts)
    if not _is_presigned(parts):
        if caller and caller != ANONYMOUS_CALLER:
            headers["dg-token"] = caller
        headers |= signature_headers(message_id, int(time.time()), body, secrets)
    socket_deadline = SocketDeadline(connection.sock, deadline - time.monotonic())
    try:
        connection.request(method, request_target(parts), body, headers)
        response = connection.getresponse()
        response.close()  # its body does not matter; an open response would keep the socket open
        if time.monotonic() >= deadline:  # http.client takes headers that were cut off for whole ones
            raise TimeoutError
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = type(error).__name__ if time.monotonic() < deadline else f"{TIMEOUT_SECONDS:.0f} seconds are over"
        raise CallbackFailed(f"{parts.hostname} did not answer: {reason}.") from None
    finally:
        socket_deadline.cancel()
        connection.close()
    if not 200 <= response.status < 300:
        wait = retry_after_seconds(response.headers.get("retry-after", ""))
        raise CallbackFailed(f"{parts.hostname} answered {response.status}.", response.status, wait)
    return response.status


def _is_presigned(parts: SplitResult) -> bool:
    return any(name.lower() in _PRESIGNED for name, _ in parse_qsl(parts.query, keep_blank_values=True))
