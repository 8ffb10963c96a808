"""Which function answers which request, and in whose words it refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from functions.aws.clients import busy
from functions.errors import Refused, internal, not_found, overloaded
from functions.handlers.api import deepgram_listen as transcribe
from functions.handlers.api import job_routes as history
from functions.handlers.api import model_routes as catalogue
from functions.handlers.api import openai_audio as audio
from functions.handlers.api import openapi_routes as description
from functions.handlers.api import response as replies
from functions.handlers.api import result_routes as results
from functions.handlers.api import upload_routes as uploads
from functions.handlers.api.request import Request
from functions.handlers.api.response import Reply
from functions.observability import logger


def in_deepgrams_words(refused: Refused, request: Request) -> Reply:
    return replies.refusal(refused.failure, refused.job_id or request.id)


def in_its_doors_words(refused: Refused, request: Request) -> Reply:
    """A result is asked for by whoever was redirected to it."""
    openais = "response_format" in request.fields
    return (audio.in_openais_words if openais else in_deepgrams_words)(refused, request)


class Route(NamedTuple):
    answer: Callable[[Request], Reply]
    refuse: Callable[[Refused, Request], Reply] = in_deepgrams_words


ROUTES: dict[tuple[str, str], Route] = {
    ("POST", "/listen"): Route(transcribe.listen),
    ("GET", "/requests"): Route(history.newest),
    ("GET", "/requests/{id}"): Route(history.show),
    ("DELETE", "/requests/{id}"): Route(history.forget),
    ("GET", "/requests/{id}/result"): Route(results.result, in_its_doors_words),
    ("POST", "/requests/{id}/result"): Route(results.result, in_its_doors_words),
    ("POST", "/audio/transcriptions"): Route(audio.transcribed, audio.in_openais_words),
    ("POST", "/audio/translations"): Route(audio.transcribed, audio.in_openais_words),
    ("POST", "/uploads"): Route(uploads.lend),
    ("GET", "/models"): Route(catalogue.models),
    ("GET", "/openapi.json"): Route(description.openapi),
    ("GET", "/docs"): Route(description.docs),
}


def route(event: Mapping[str, Any]) -> Reply:
    """The answer to a gateway's event, whatever happens on the way."""
    try:
        request = Request.from_event(event)
    except Refused as refused:
        return replies.refusal(refused.failure, (event.get("requestContext") or {}).get("requestId", ""))
    found = ROUTES.get((request.method, request.resource), Route(_nowhere))
    try:
        return found.answer(request)
    except Refused as refused:
        return found.refuse(refused, request)
    except Exception as error:
        logger.exception("The request could not be answered", route=f"{request.method} {request.resource}")
        return found.refuse(overloaded() if busy(error) else internal(), request)


def _nowhere(request: Request) -> Reply:
    raise not_found(f"There is no {request.method} /v1{request.resource}.")
