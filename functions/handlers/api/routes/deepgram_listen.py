"""POST /v1/listen: audio or its URL in, Deepgram's answer out."""

from __future__ import annotations

import unicodedata

from msgspec.structs import replace

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.keys import MAX_KEY_BYTES, WORK_PREFIX
from functions.errors import bad_audio, remote_content_error
from functions.file_name import name_of_header, name_of_url
from functions.handlers.api.bodies.listen_body import EXAMPLE, is_json, json_members, json_url, reject_mistaken_body
from functions.handlers.api.request import STAGE, Request
from functions.handlers.api.response import Response, json_response
from functions.handlers.api.routes.result_routes import as_deepgram, result_or_redirect
from functions.handlers.api.submit_job import TranscriptionRequest, submit
from functions.jobs.job import Source, SourceKind
from functions.network.url import STRIPPED_CHARACTERS, check_url
from functions.options.audio_content_type import with_content_type
from functions.options.options import Options
from functions.options.query_string import misplaced_warnings, query_string
from functions.settings import settings

_UNFIT = ("Cc", "Cs")  # control characters and surrogates; joiners and narrow spaces are letters of names
REPLAYED = "idempotent-replayed"  # header of an answer from the job of an earlier identical request


def listen(request: Request) -> Response:
    """Submit a job and answer with its transcript, with a redirect, or with its id if it has a callback.

    `Prefer: respond-async` (RFC 7240) also gets the id at once: a web page cannot read where a redirect leads.
    """
    content_type = request.headers.get("content-type", "")
    options = Options.from_query(with_content_type(query_string(request.query), content_type, request.body))
    job, replayed = submit(transcription_request(request, options))
    headers = {REPLAYED: "true"} if replayed else {}
    if options.callback:
        return json_response({"request_id": job.id}, headers={"dg-request-id": job.id, **headers})
    if request.prefers("respond-async"):
        location = {"location": f"{STAGE}/requests/{job.id}", "preference-applied": "respond-async"}
        return json_response({"request_id": job.id}, 202, {"dg-request-id": job.id, **location, **headers})
    return result_or_redirect(job, request.wait_deadline(settings().wait_seconds), as_deepgram, headers=headers)


def transcription_request(request: Request, options: Options) -> TranscriptionRequest:
    """Read the request's body.

    A body whose Content-Type is not JSON's is audio. One whose type is may be audio too, by its bytes: a gateway sets
    that type where the client set none.

    Raises:
        ApiError: The body is empty (a retry of a consumed stream sends such a one), is JSON without a URL, or is
            no audio.
    """
    if not request.body and request.first("url"):
        raise bad_audio(f"corrupt or unsupported data: the body is empty. url stands in the JSON body: {EXAMPLE}.")
    if not request.body:
        raise bad_audio("corrupt or unsupported data: the body is empty. Send the audio, or JSON with a url.")
    name = name_of_header(request.headers.get("content-disposition", ""))
    if is_json(request.content_type, request.body, headerless=options.raw_audio_format is not None):
        url = json_url(request.body)
        warnings = misplaced_warnings(json_members(request.body))
        options = replace(options, warnings=[*options.warnings, *warnings])
        source, name = audio_source(url), name or name_of_url(url)
        return TranscriptionRequest(options, request.caller, source=source, name=name, received=request.received)
    if not options.raw_audio_format:
        reject_mistaken_body(request.content_type, request.body)
    return TranscriptionRequest(options, request.caller, audio=request.body, name=name, received=request.received)


def audio_source(url: str) -> Source:
    """Return the source for an s3:// URL of this deployment's buckets, or for any http(s) URL.

    Prepare finds out whether an http(s) URL can be downloaded.
    """
    url = url.lstrip(STRIPPED_CHARACTERS)  # not at its end: a key may end in a space
    if url.lower().startswith("s3://"):
        return Source(SourceKind.OBJECT, audio=_own_object(url), url=url)
    check_url(url)
    return Source(SourceKind.URL, url=url)


def _own_object(url: str) -> S3Object:
    bucket, _, key = url[len("s3://") :].partition("/")
    uploads, transcripts = settings().uploads_bucket, settings().transcripts_bucket
    if len(key.encode(errors="replace")) > MAX_KEY_BYTES or any(unicodedata.category(c) in _UNFIT for c in key):
        raise remote_content_error(
            f"The key of an s3:// URL has at most {MAX_KEY_BYTES} bytes, and no control characters."
        )
    if not key or bucket not in (uploads, transcripts):
        raise remote_content_error(
            f"s3:// URLs name an object of this deployment's buckets: s3://{uploads}/KEY. For one of another bucket "
            "send a presigned URL, https://…"
        )
    if bucket == transcripts and not key.startswith(WORK_PREFIX):
        raise remote_content_error(f"Of s3://{transcripts} only {WORK_PREFIX} holds audio.")
    return S3Object(bucket, key)
