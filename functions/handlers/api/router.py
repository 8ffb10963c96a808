"""Which function answers which request, and in whose words it refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from functions.aws.clients import is_unavailable
from functions.errors import ApiError, internal_error, not_found, service_unavailable
from functions.handlers.api import (
    deepgram_listen,
    job_routes,
    model_routes,
    openai_audio,
    openapi_routes,
    response,
    result_routes,
    upload_routes,
)
from functions.handlers.api.request import Request
from functions.handlers.api.response import Reply
from functions.observability import logger


def in_deepgrams_words(refused: ApiError, request: Request) -> Reply:
    return response.refusal(refused.failure, refused.job_id or request.id)


def in_its_doors_words(refused: ApiError, request: Request) -> Reply:
    """A result is asked for by whoever was redirected to it."""
    openais = "response_format" in request.fields
    return (openai_audio.in_openais_words if openais else in_deepgrams_words)(refused, request)


class Route(NamedTuple):
    answer: Callable[[Request], Reply]
    refuse: Callable[[ApiError, Request], Reply] = in_deepgrams_words


ROUTES: dict[tuple[str, str], Route] = {
    ("POST", "/listen"): Route(deepgram_listen.listen),
    ("GET", "/requests"): Route(job_routes.newest),
    ("GET", "/requests/{id}"): Route(job_routes.show),
    ("DELETE", "/requests/{id}"): Route(job_routes.forget),
    ("GET", "/requests/{id}/result"): Route(result_routes.result, in_its_doors_words),
    ("POST", "/requests/{id}/result"): Route(result_routes.result, in_its_doors_words),
    ("POST", "/audio/transcriptions"): Route(openai_audio.transcribed, openai_audio.in_openais_words),
    ("POST", "/audio/translations"): Route(openai_audio.transcribed, openai_audio.in_openais_words),
    ("POST", "/uploads"): Route(upload_routes.lend),
    ("GET", "/models"): Route(model_routes.models),
    ("GET", "/openapi.json"): Route(openapi_routes.openapi),
    ("GET", "/docs"): Route(openapi_routes.docs),
}


def route(event: Mapping[str, Any]) -> Reply:
    """The answer to a gateway's event, whatever happens on the way."""
    try:
        request = Request.from_event(event)
    except ApiError as refused:
        return response.refusal(refused.failure, (event.get("requestContext") or {}).get("requestId", ""))
    found = ROUTES.get((request.method, request.resource), Route(_nowhere))
    try:
        return found.answer(request)
    except ApiError as refused:
        return found.refuse(refused, request)
    except Exception as error:
        logger.exception("The request could not be answered", route=f"{request.method} {request.resource}")
        return found.refuse(service_unavailable() if is_unavailable(error) else internal_error(), request)


def _nowhere(request: Request) -> Reply:
    raise not_found(f"There is no {request.method} /v1{request.resource}.")
