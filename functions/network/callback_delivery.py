"""The answer of a job that is over, sent to the address its caller left."""

from __future__ import annotations

import base64
import http.client
import json
from typing import Any
from urllib.parse import unquote

from functions.errors import ApiError, bad_query
from functions.jobs.job import Job, State
from functions.network.public_address import check_url, connect
from functions.options.options import Options
from functions.rendering import deepgram
from functions.settings import settings
from functions.transcripts.transcript import Transcript

PORTS = (None, 80, 443, 8080, 8443)  # Deepgram's rule; a laptop's own deployment may use any
SECONDS = 10.0  # of silence, then the delivery counts as failed: Deepgram's own `callback_timeout`
UNNAMED = "public"  # a caller without a key has no identifier to send


class Undelivered(Exception):
    """Why; the same delivery may go through later."""


def check_receiver(url: str) -> None:
    """Whether a caller may name this address; where it leads is looked up with each delivery.

    Raises:
        ApiError: nothing could be delivered there, or its port.
    """
    try:
        parts = check_url(url)
    except ApiError:
        raise bad_query("Invalid callback url. It cannot be parsed.") from None
    if parts.port not in PORTS and not settings().allow_private_urls:
        raise bad_query(f"Invalid callback url. Its port is one of {', '.join(map(str, PORTS[1:]))}.")


def message(job: Job, options: Options, transcript: Transcript | None) -> dict[str, Any]:
    """What a waiting caller would have got: the transcript's answer, or the error."""
    if job.state == State.COMPLETED and transcript is not None:
        return deepgram.answer(transcript, options)
    assert job.failure is not None, f"Job {job.id} is {job.state} and has no transcript."
    return {"err_code": job.failure.err_code, "err_msg": job.failure.err_msg, "request_id": job.id}


def deliver(url: str, method: str, document: dict[str, Any], caller: str | None) -> None:
    """One try. The receiver takes it with any 2xx; redirects are not followed.

    The address has to be public, like one that audio is fetched from. No header but these: a presigned S3 URL
    made for PUT and application/json takes the delivery as it is.

    Raises:
        Undelivered: no connection, no answer in time, or another status.
    """
    try:
        parts = check_url(url)
        connection = connect(parts, SECONDS)
    except ApiError as refused:
        raise Undelivered(refused.failure.err_msg) from None
    headers = {"Content-Type": "application/json", "User-Agent": "Earshot"}
    if caller and caller != UNNAMED:
        headers["dg-token"] = caller  # Deepgram's name for the key's identifier
    if parts.username:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    target = parts._replace(scheme="", netloc="", fragment="").geturl()
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    try:
        connection.request(method, target if target.startswith("/") else f"/{target}", body, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise Undelivered(f"{parts.hostname} did not answer: {type(problem).__name__}.") from None
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise Undelivered(f"{parts.hostname} answered {status}.")
