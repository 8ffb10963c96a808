"""GET /v1/requests/{id}/result, and the wait that every answer begins with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import urlencode

from earshot_contract.keys import Result, answer_key, transcript_key
from earshot_contract.shards import S3Object
from functions.aws import s3
from functions.errors import bad_query, internal_error
from functions.handlers.api.request import Request
from functions.handlers.api.response import Reply, json_reply, see_other
from functions.handlers.api.submission import over, wait
from functions.jobs.job import Job
from functions.options.options import Options
from functions.rendering import deepgram, openai
from functions.rendering.openai import Shape
from functions.settings import settings
from functions.transcripts.transcript import Transcript

MOST_BYTES = 5_500_000  # a Lambda answers with 6 MB at most, escapes and headers included
LENT_SECONDS = 3600

Render = Callable[[Job], Reply]


def result(request: Request) -> Reply:
    """In the shape that `format` names, or an OpenAI client's `response_format`: its POST was redirected here."""
    fields = request.fields
    if "response_format" in fields:
        shape = Shape.from_fields(fields)
        render, query = as_openai(shape), shape.fields()
    else:
        form = _form(request)
        render, query = (as_deepgram, {}) if form is Result.JSON else (kept(form), {"format": [str(form)]})
    return in_time(request.parameters["id"], request.received + _patience(request), render, query)


def in_time(
    job_id: str,
    until: float,
    render: Render,
    query: Mapping[str, list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """What `render` makes of the job when it is done by `until` (time.monotonic()), else a 303 to its result.

    `query` goes along with the redirect, so that the same render is found there. The redirect comes before the
    gateway's patience ends, never after: at a 504 SDKs send the audio again.

    Raises:
        ApiError: the job failed, was cancelled, or does not exist.
    """
    job = wait(job_id, until)
    if over(job):
        return _with((render)(job), {"dg-request-id": job.id, **(headers or {})})
    onward = urlencode({"wait": f"{settings().wait_seconds:.0f}", **(query or {})}, doseq=True)
    location = f"/v1/requests/{job.id}/result?{onward}"
    said = f"Request {job.id} is being transcribed. GET {location} waits for the transcript: curl -L follows."
    return _with(see_other(location, {"request_id": job.id, "message": said}, job.id), headers or {})


def as_deepgram(job: Job) -> Reply:
    return fitting(job, json_reply(deepgram.answer(transcript_of(job), Options.parse(job.options))))


def as_openai(shape: Shape) -> Render:
    def render(job: Job) -> Reply:
        content_type, body = openai.answer(transcript_of(job), shape)
        return fitting(job, Reply(200, body, content_type))

    return render


def kept(form: Result) -> Render:
    """Captions and text as Assemble wrote them."""

    def render(job: Job) -> Reply:
        return fitting(job, Reply(200, _read(transcript_key(job.id, form)).decode(), form.content_type))

    return render


def transcript_of(job: Job) -> Transcript:
    return Transcript.from_json(_read(transcript_key(job.id)))


def fitting(job: Job, reply: Reply) -> Reply:
    """The reply itself, or a redirect to where it lies when it is larger than a function may answer with."""
    body = reply.body.encode()
    if len(json.dumps(reply.body)) <= MOST_BYTES and len(body) <= MOST_BYTES:
        return reply
    place = S3Object(settings().transcripts_bucket, answer_key(job.id, body))
    s3.put(place, body, reply.content_type)
    url = s3.presigned_get(place, LENT_SECONDS, reply.content_type)
    return see_other(url, {"request_id": job.id, "message": f"The transcript is large: GET {url}"}, job.id)


def _read(key: str) -> bytes:
    body = s3.get(S3Object(settings().transcripts_bucket, key))
    if body is None:
        raise internal_error()
    return body


def _form(request: Request) -> Result:
    try:
        return Result(request.first("format", Result.JSON).lower())
    except ValueError:
        raise bad_query(f"format is one of {', '.join(Result)}.") from None


def _patience(request: Request) -> float:
    try:
        return max(0.0, min(float(request.first("wait", "0") or 0), settings().wait_seconds))
    except ValueError:
        raise bad_query(f"wait is a number of seconds, up to {settings().wait_seconds:.0f}.") from None


def _with(reply: Reply, headers: Mapping[str, str]) -> Reply:
    return replace(reply, headers={**reply.headers, **headers})
