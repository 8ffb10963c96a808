"""POST /v1/listen: the audio, or where it is, and Deepgram's answer when it is transcribed."""

from __future__ import annotations

import json
from typing import Any

from earshot_contract.keys import WORK_PREFIX
from earshot_contract.shards import S3Object
from functions.errors import bad_audio, bad_request, remote_content_error, too_large
from functions.handlers.api.request import Request
from functions.handlers.api.response import Reply, json_reply
from functions.handlers.api.result_routes import as_deepgram, in_time
from functions.handlers.api.submission import Order, submit
from functions.jobs.job import Source, SourceKind
from functions.network.callback_delivery import check_receiver
from functions.network.public_address import check_url
from functions.options.options import Options
from functions.options.query_string import query_of
from functions.settings import settings

MAX_BODY = 2 * 1024**3  # Deepgram's; the gateway and Lambda end a request far below
REPLAYED = "idempotent-replayed"  # the header of an answer that an earlier, same request paid for


def listen(request: Request) -> Reply:
    options = Options.parse(query_of(request.query))
    if options.callback:
        check_receiver(options.callback)
    order = order_of(request, options)
    job, again = submit(order)
    headers = {REPLAYED: "true"} if again else {}
    if options.callback:
        return json_reply({"request_id": job.id}, headers={"dg-request-id": job.id, **headers})
    return in_time(job.id, request.patience(settings().wait_seconds), as_deepgram, headers=headers)


def order_of(request: Request, options: Options) -> Order:
    """Only the Content-Type decides whether the body is JSON or audio; the bytes decide what audio it is.

    Raises:
        ApiError: an empty body (a retry of a consumed stream sends one), JSON that names no URL.
    """
    if not request.body:
        raise bad_audio("corrupt or unsupported data: the body is empty. Send the audio, or JSON with a url.")
    # A gateway may say JSON of its own accord where the client said nothing: audio is never text.
    if request.content_type == "application/json" and not _binary(request.body):
        return Order(options, request.caller, source=source_of(_url(request.body)))
    if len(request.body) > MAX_BODY:
        raise too_large(f"Payload size exceeds limit of {MAX_BODY} bytes. POST /v1/uploads takes larger files.")
    return Order(options, request.caller, audio=request.body)


def source_of(url: str) -> Source:
    """An s3:// URL of our own buckets, or any http(s) URL; whether it may be fetched is seen when it is."""
    if url.lower().startswith("s3://"):
        return Source(SourceKind.OBJECT, audio=_own_object(url), url=url)
    check_url(url)
    return Source(SourceKind.URL, url=url)


def _own_object(url: str) -> S3Object:
    bucket, _, key = url[len("s3://") :].partition("/")
    uploads, transcripts = settings().uploads_bucket, settings().transcripts_bucket
    if not key or bucket not in (uploads, transcripts):
        raise remote_content_error(f"s3:// URLs name an object of this deployment's buckets: s3://{uploads}/KEY.")
    if bucket == transcripts and not key.startswith(WORK_PREFIX):
        raise remote_content_error(f"Of s3://{transcripts} only {WORK_PREFIX} holds audio.")
    return S3Object(bucket, key)


def _url(body: bytes) -> str:
    try:
        document: Any = json.loads(body)
        url = document["url"]
    except (ValueError, TypeError, KeyError):
        url = None
    if not isinstance(url, str) or not url.strip():
        raise bad_request(
            "Content-type was application/json, but we could not process the JSON payload. "
            'Send {"url": "https://…"}, or the audio itself under another Content-Type.'
        )
    return url.strip()


def _binary(body: bytes) -> bool:
    try:
        return "\0" in body.decode()
    except UnicodeDecodeError:
        return True
