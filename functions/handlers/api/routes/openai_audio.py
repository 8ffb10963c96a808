"""POST /v1/audio/transcriptions and /v1/audio/translations: OpenAI's form in, OpenAI's answers and errors out.

The jobs are the same as those of `/v1/listen`.
"""

from __future__ import annotations

from functions.errors import ApiError
from functions.handlers.api.bodies import openai_form
from functions.handlers.api.bodies.known_speakers_form import known_speakers
from functions.handlers.api.request import Request
from functions.handlers.api.response import Response, error_headers, json_response
from functions.handlers.api.routes.result_routes import as_openai, result_or_redirect
from functions.handlers.api.submit_job import TranscriptionRequest, submit
from functions.options.audio_content_type import with_content_type
from functions.options.options import Options
from functions.rendering.openai_error import error_body
from functions.rendering.openai_response_format import BadField, OpenAIResponseFormat
from functions.settings import settings


def create_transcription(request: Request) -> Response:
    """Submit a job and answer with its transcript or with a redirect, which repeats the response format.

    Raises:
        ApiError: The form, an option, the model, or the audio is not accepted.
    """
    form = openai_form.parse(request.body, request.headers.get("content-type")).with_query(request.fields)
    response_format = OpenAIResponseFormat.from_fields(form.fields)
    known = known_speakers(form.fields)
    query = openai_form.listen_options(form, openai_form.TASKS[request.resource], known=known is not None)
    submission = TranscriptionRequest(
        Options.from_query(with_content_type(query, form.file_type, form.file)),
        request.caller,
        audio=form.file,
        name=form.name,
        received=request.received,
        known_speakers=known,
    )
    job, _ = submit(submission)
    return result_or_redirect(
        job,
        request.wait_deadline(settings().wait_seconds),
        as_openai(response_format),
        response_format.fields(),
        {"x-request-id": job.id},  # what OpenAI's SDKs show as `_request_id`
    )


def openai_error(error: ApiError, request: Request) -> Response:
    """Return an error in OpenAI's form."""
    param = error.param if isinstance(error, BadField) else None
    request_id = error.job_id or request.id
    headers = error_headers(error.failure, request_id) | {"x-request-id": request_id}
    return json_response(error_body(error.failure, param), error.failure.status, headers)
