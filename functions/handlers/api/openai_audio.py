"""OpenAI's routes, `POST /v1/audio/transcriptions` and `/v1/audio/translations`: the same jobs as `/v1/listen`,
asked for by a form and answered in OpenAI's shapes, refusals included."""

from __future__ import annotations

from functions.errors import ApiError
from functions.handlers.api import openai_form
from functions.handlers.api.request import Request
from functions.handlers.api.response import Reply, json_reply, refusal_headers
from functions.handlers.api.result_routes import as_openai, in_time
from functions.handlers.api.submission import Order, submit
from functions.options.options import Options
from functions.rendering import openai
from functions.rendering.openai import Shape
from functions.settings import settings


def transcribed(request: Request) -> Reply:
    """Both routes. What takes longer than a request may is redirected to its result, which keeps the shape.

    Raises:
        ApiError: the form, an option, the model, or the audio.
    """
    sent = openai_form.parse(request.body, request.headers.get("content-type"))
    shape = Shape.from_fields(sent.fields)
    options = Options.parse(openai_form.listen_options(sent, openai_form.TASKS[request.resource]))
    job, _ = submit(Order(options, request.caller, audio=sent.file))
    return in_time(
        job.id,
        request.patience(settings().wait_seconds),
        as_openai(shape),
        shape.fields(),
        {"x-request-id": job.id},  # what OpenAI's SDKs show as `_request_id`
    )


def in_openais_words(refused: ApiError, request: Request) -> Reply:
    param = refused.param if isinstance(refused, openai.BadField) else None
    known_as = refused.job_id or request.id
    headers = refusal_headers(refused.failure, known_as) | {"x-request-id": known_as}
    return json_reply(openai.error(refused.failure, param), refused.failure.status, headers)
