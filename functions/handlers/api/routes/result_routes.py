"""GET /v1/requests/{id}/result, and the answer with a result or a redirect that every submission ends in."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from msgspec.structs import replace

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.keys import REDACTED_AUDIO, answer_key, edits_key, redacted_audio_key, transcript_key
from earshot_contract.names import PARTIAL_UNTIL_HEADER
from functions.aws import s3
from functions.errors import api_error, bad_query
from functions.file_name import content_disposition
from functions.handlers.api.request import Request
from functions.handlers.api.response import Response, json_response, see_other
from functions.handlers.api.start_job import start_late_job
from functions.handlers.api.wait_for_job import check_completed, wait_for_job
from functions.jobs.job import Job
from functions.observability import logger
from functions.options.options import Options
from functions.rendering.formats import JSON, LISTEN_FORMATS, REDACTED_AUDIO_FORMAT, Format
from functions.rendering.openai_response_format import OpenAIResponseFormat
from functions.settings import settings

if TYPE_CHECKING:
    from functions.transcripts.corrections import Corrections
    from functions.transcripts.transcript import Transcript

MAX_BODY_BYTES = 5_500_000  # a Lambda answers with 6 MB at most, escapes and headers included

_PARSED = {"": False, "true": True, "false": False}  # values of `partial`

Render = Callable[[Job], Response]


def result(request: Request, job: Job) -> Response:
    """Answer in the form that `format` names, or `response_format`: an OpenAI client's POST is redirected here."""
    fields = request.fields
    if request.first("edited", "true").lower() == "false":
        job = replace(job, edits=None)
    start_late_job(job)
    if _is_partial(request):
        job = wait_for_job(job, request.received + _wait_seconds(request))
        if not check_completed(job):
            return _partial(request, job)
    if request.first("format", "").lower() == REDACTED_AUDIO_FORMAT:
        render: Render = redacted_audio
        query = {"format": [REDACTED_AUDIO_FORMAT]}
    elif "response_format" in fields:
        response_format = OpenAIResponseFormat.from_fields(fields)
        render, query = as_openai(response_format), response_format.fields()
    else:
        form = requested_format(request)
        render = named(as_deepgram if form is JSON else in_format(form), str(form.listen_name))
        query = {} if form is JSON else {"format": [str(form.listen_name)]}
    return result_or_redirect(job, request.received + _wait_seconds(request), render, query)


def _partial(request: Request, job: Job) -> Response:
    """Return the beginning of a running job's transcript, in the form that the query names."""
    from functions.handlers.api.partial_result import partial_result

    if "response_format" in request.fields:
        response = partial_result(job, OpenAIResponseFormat.from_fields(request.fields).render, None)
    else:
        form = requested_format(request)
        response = partial_result(job, lambda *edited: (form.content_type, form.render(*edited)), form.listen_name)
    # A redirect to a large body says, too, that it is partial.
    mark = {PARTIAL_UNTIL_HEADER: response.headers[PARTIAL_UNTIL_HEADER], "dg-request-id": job.id}
    return _with_headers(within_response_limit(job, response), mark)


def result_or_redirect(
    job: Job,
    deadline: float,
    render: Render,
    query: Mapping[str, list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the rendered result if the job completes before the deadline, else a redirect (303) to the result.

    The redirect comes before the gateway's timeout: at its 504 SDKs send the audio again.

    Args:
        job: The job as it was read just now.
        deadline: Value of time.monotonic().
        render: Makes the response for the completed job.
        query: Query of the redirect, which selects the same `render` there.
        headers: Further headers of the response.

    Raises:
        ApiError: The job failed, was cancelled, or was deleted meanwhile.
    """
    if not job.state.final and deadline > time.monotonic():
        _import_renderers()
    job = wait_for_job(job, deadline)
    if check_completed(job):
        response = within_response_limit(job, render(job))
        return _with_headers(response, {"dg-request-id": job.id, **(headers or {})})
    redirect_query = urlencode({"wait": f"{settings().wait_seconds:.0f}", **(query or {})}, doseq=True)
    location = f"/v1/requests/{job.id}/result?{redirect_query}"
    message = f"Request {job.id} is being transcribed. GET {location} waits for the transcript: curl -L follows."
    return _with_headers(see_other(location, {"request_id": job.id, "message": message}, job.id), headers or {})


def _import_renderers() -> None:
    """Import the renderers while the job runs, so that its caller does not wait for the imports afterwards."""
    import functions.rendering.deepgram
    import functions.transcripts.edit  # noqa: F401


def as_deepgram(job: Job) -> Response:
    """Render the job's transcript as Deepgram's JSON."""
    from functions.rendering.deepgram import listen_response

    transcript, options = edited_transcript(job)
    return json_response(listen_response(transcript, options))


def as_openai(response_format: OpenAIResponseFormat) -> Render:
    """Return a function that renders a job's transcript in an OpenAI format."""

    def render(job: Job) -> Response:
        content_type, body = response_format.render(*edited_transcript(job))
        return Response(200, body, content_type)

    return render


def in_format(form: Format) -> Render:
    """Return a function that reads what Assemble stored in a format; what it did not, or is corrected, is rendered."""

    def render(job: Job) -> Response:
        if job.edits or form.stored_suffix is None:
            return Response(200, form.render(*edited_transcript(job)), form.content_type)
        body = _read(job, transcript_key(job.id, form.stored_suffix)).decode()
        return Response(200, body, form.content_type)

    return render


def redacted_audio(job: Job) -> Response:
    """Return a redirect to the copy of the audio in which what was redacted is silent."""
    if not Options.from_stored(job.parsed, job.options).redact_audio:
        raise bad_query("There is no redacted audio: the request did not have redact_audio=true.")
    location = S3Object(settings().transcripts_bucket, redacted_audio_key(job.id))
    disposition = content_disposition(job.name, job.id, REDACTED_AUDIO)
    url = s3.presigned_get(location, "audio/mpeg", disposition)
    return see_other(url, {"request_id": job.id, "message": f"The redacted audio: GET {url}"}, job.id)


def edited_transcript(job: Job) -> tuple[Transcript, Options]:
    """Return a completed job's transcript with the edits of its options and its corrections, and the options."""
    transcript, options = optioned_transcript(job)
    corrections = corrections_of(job)
    if not corrections:
        return transcript, options
    from functions.transcripts.corrections import correct

    return correct(transcript, corrections), options


def optioned_transcript(job: Job) -> tuple[Transcript, Options]:
    """Return a completed job's transcript with the edits of its options alone, and the options."""
    from functions.transcripts.edit import edit
    from functions.transcripts.transcript import Transcript

    options = Options.from_stored(job.parsed, job.options)
    return edit(Transcript.from_json(_read(job, transcript_key(job.id))), options), options


def corrections_of(job: Job) -> Corrections | None:
    """Return the corrections of a job's transcript, None if there are none."""
    if not job.edits:
        return None
    from functions.transcripts.corrections import Corrections

    return Corrections.from_json(_read(job, edits_key(job.id, job.edits)))


def within_response_limit(job: Job, response: Response) -> Response:
    """Return the response, or a redirect to its body in S3 if it is larger than a function may answer with."""
    assert isinstance(response.body, str), "a result is text, in every format"
    body = response.body.encode()
    if len(json.dumps(response.body)) <= MAX_BODY_BYTES and len(body) <= MAX_BODY_BYTES:
        return response
    location = S3Object(settings().transcripts_bucket, answer_key(job.id, body))
    s3.put(location, body, response.content_type)
    disposition = response.headers.get("content-disposition")
    url = s3.presigned_get(location, response.content_type, disposition)
    return see_other(url, {"request_id": job.id, "message": f"The transcript is large: GET {url}"}, job.id)


def named(render: Render, suffix: str) -> Render:
    """Return a function that renders a job's result as a download with the job's name."""

    def render_named(job: Job) -> Response:
        return _with_headers(render(job), {"content-disposition": content_disposition(job.name, job.id, suffix)})

    return render_named


def _read(job: Job, key: str) -> bytes:
    """Return an object of a completed job; it may be missing during a deletion, and when its row is about to expire."""
    body = s3.get(S3Object(settings().transcripts_bucket, key))
    if body is None:
        logger.warning("A completed job's object is gone", job_id=job.id, key=key)
        message = f"The transcript of request {job.id} is gone: it was deleted, or its time of storage is over."
        raise api_error("TRANSCRIPT_GONE", message, 410)
    return body


def requested_format(request: Request) -> Format:
    """Return the format that `format` names, Deepgram's JSON without it.

    Raises:
        ApiError: 400: there is no such format.
    """
    form = LISTEN_FORMATS.get(request.first("format", str(JSON.listen_name)).lower())
    if form is None:
        raise bad_query(f"format is one of {', '.join([*map(str, LISTEN_FORMATS), REDACTED_AUDIO_FORMAT])}.")
    return form


def _wait_seconds(request: Request) -> float:
    try:
        return max(0.0, min(float(request.first("wait", "0") or 0), settings().wait_seconds))
    except ValueError:
        raise bad_query(f"wait is a number of seconds, up to {settings().wait_seconds:.0f}.") from None


def _is_partial(request: Request) -> bool:
    partial = _PARSED.get(request.first("partial").lower())
    if partial is None:
        raise bad_query("partial is true or false.")
    return partial


def _with_headers(response: Response, headers: Mapping[str, str]) -> Response:
    return replace(response, headers={**response.headers, **headers})
