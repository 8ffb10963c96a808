"""Delivery of a finished job's result to its callback URL."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Sequence
from typing import Any

from functions.errors import ApiError
from functions.network.public_address import connect
from functions.network.url import UrlUse, basic_authorization, check_url, request_target
from functions.network.webhook_signature import signature_headers

TIMEOUT_SECONDS = 10.0  # of silence, then the delivery has failed: Deepgram's own `callback_timeout`
ANONYMOUS_CALLER = "public"  # a caller without a key has no identifier to send


class CallbackFailed(Exception):
    """Delivery failed; its text says why, and the same delivery may succeed later."""


def deliver(
    url: str,
    method: str,
    document: dict[str, Any],
    caller: str | None,
    *,
    message_id: str = "",
    secrets: Sequence[str] = (),
) -> None:
    """Send a document to a callback URL, once.

    Any 2xx is success; redirects are not followed. The address has to be public, like that of a download. No headers
    are sent but those below: a presigned S3 URL made for PUT and application/json accepts the delivery as it is.

    Args:
        url: Callback URL; user and password in it are sent as basic authentication.
        method: `POST` or `PUT`.
        document: JSON document to send.
        caller: Name of the caller's API key, sent as `dg-token`, Deepgram's name for the key's identifier.
        message_id: The same for each delivery of this document; sent only with a signature.
        secrets: Those of the job's owner, to sign with; none: the delivery is not signed.

    Raises:
        CallbackFailed: No connection, no response in time, or another status.
    """
    try:
        parts = check_url(url, UrlUse.CALLBACK)
        connection = connect(parts, TIMEOUT_SECONDS, UrlUse.CALLBACK)
    except ApiError as error:
        raise CallbackFailed(error.failure.err_msg) from None
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "Earshot"}
    if caller and caller != ANONYMOUS_CALLER:
        headers["dg-token"] = caller
    headers |= basic_authorization(parts) | signature_headers(message_id, int(time.time()), body, secrets)
    try:
        connection.request(method, request_target(parts), body, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CallbackFailed(f"{parts.hostname} did not answer: {type(error).__name__}.") from None
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise CallbackFailed(f"{parts.hostname} answered {status}.")
