"""Route table: (method, path) → view function and error format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from earshot_contract.credentials.api_keys import Scope
from functions.aws.clients import is_unavailable
from functions.errors import ApiError, internal_error, service_unavailable
from functions.handlers.api import response
from functions.handlers.api.access import check_scope, job_of, shared_job
from functions.handlers.api.request import Request
from functions.handlers.api.response import Response
from functions.handlers.api.routes import (
    audio_route,
    deepgram_listen,
    job_routes,
    model_routes,
    openai_audio,
    openapi_routes,
    page_routes,
    rare_routes,
    redeliver_route,
    result_routes,
    retry_route,
    share_routes,
    upload_routes,
)
from functions.handlers.api.routes.openai_audio import openai_error
from functions.handlers.api.routes.unknown_routes import error_in_both_forms, unknown_route
from functions.jobs.job import Job
from functions.jobs.shares import Share
from functions.observability import logger
from functions.options.query_string import reject_misplaced


def deepgram_error(error: ApiError, request: Request) -> Response:
    """Return an error in Deepgram's form."""
    return response.error_response(error.failure, error.job_id or request.id)


def error_for_client(error: ApiError, request: Request) -> Response:
    """Return an error in the form of the client that was redirected to a result: OpenAI's or Deepgram's."""
    to_openai = "response_format" in request.fields
    return (openai_error if to_openai else deepgram_error)(error, request)


def error_for_either(error: ApiError, request: Request) -> Response:
    """Return an error in both forms in one: the client may be OpenAI's or Deepgram's."""
    return error_in_both_forms(error, request.id)


class Route(NamedTuple):
    """View function of a route, its operation in the OpenAPI description, who may call it, the form of its errors."""

    view: Callable[[Request], Response]
    operation: str  # operationId
    scope: Scope  # that the caller's key needs
    error: Callable[[ApiError, Request], Response] = deepgram_error
    public: bool = False  # no API key needed, as at Deepgram


class JobRoute(NamedTuple):
    """Route whose path names a job. Its view function gets the job, which is one of the caller's."""

    view: Callable[[Request, Job], Response]
    operation: str
    scope: Scope
    error: Callable[[ApiError, Request], Response] = deepgram_error
    public: bool = False


class SharedRoute(NamedTuple):
    """Route for the holder of a link, who needs no key. Its view function gets the job that the link leads to."""

    view: Callable[[Request, Job, Share], Response]
    operation: str
    scope: Scope = Scope.READ
    error: Callable[[ApiError, Request], Response] = deepgram_error
    public: bool = True  # API Gateway asks for no key: `access.shared_job` looks at the link's secret


_OPERATIONS_WITH_OPTIONS = ("listen", "transcribe", "translate")  # operations whose query has the options of a job

# Headers of answers for the holder of a link: no cache stores them, no search engine lists them, no other site gets the
# address as referrer.
_SHARED_HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"}

# The one table of routes: `infra/api/rest_api.py` and `infra/openapi/paths.py` read it, too.
ROUTES: dict[tuple[str, str], Route | JobRoute | SharedRoute] = {
    ("POST", "/listen"): Route(deepgram_listen.listen, "listen", Scope.WRITE),
    ("GET", "/requests"): Route(job_routes.list_jobs, "requests", Scope.READ),
    ("GET", "/requests/{id}"): JobRoute(job_routes.show_job, "request", Scope.READ),
    ("DELETE", "/requests/{id}"): JobRoute(job_routes.delete_job, "delete_request", Scope.WRITE),
    ("GET", "/requests/{id}/result"): JobRoute(result_routes.result, "result", Scope.READ, error_for_client),
    # `curl -L --request POST` repeats its method when it is redirected.
    ("POST", "/requests/{id}/result"): JobRoute(result_routes.result, "result_again", Scope.READ, error_for_client),
    ("GET", "/requests/{id}/audio"): JobRoute(audio_route.audio, "audio", Scope.READ),
    ("GET", "/requests/{id}/edits"): JobRoute(rare_routes.show_edits, "edits", Scope.READ),
    ("PUT", "/requests/{id}/edits"): JobRoute(rare_routes.put_edits, "put_edits", Scope.WRITE),
    ("POST", "/requests/{id}/retry"): JobRoute(retry_route.retry_job, "retry", Scope.WRITE),
    ("POST", "/requests/{id}/redeliver"): JobRoute(redeliver_route.redeliver, "redeliver", Scope.WRITE),
    ("GET", "/requests/{id}/shares"): JobRoute(share_routes.list_shares, "shares", Scope.READ),
    ("POST", "/requests/{id}/shares"): JobRoute(share_routes.create_share, "share", Scope.WRITE),
    ("DELETE", "/requests/{id}/shares/{share}"): JobRoute(share_routes.withdraw_share, "withdraw_share", Scope.WRITE),
    ("GET", "/shared/{id}"): SharedRoute(rare_routes.show_shared, "shared"),
    ("GET", "/shared/{id}/result"): SharedRoute(rare_routes.shared_result, "shared_result"),
    ("GET", "/shared/{id}/audio"): SharedRoute(rare_routes.shared_audio, "shared_audio"),
    ("POST", "/uploads"): Route(upload_routes.create_upload, "upload", Scope.WRITE),
    ("GET", "/workers"): Route(rare_routes.show_workers, "workers", Scope.READ),
    ("GET", "/models"): Route(model_routes.models, "models", Scope.READ, error_for_either, public=True),
    ("GET", "/models/{model}"): Route(model_routes.show_model, "model", Scope.READ, error_for_either, public=True),
    ("POST", "/audio/transcriptions"): Route(
        openai_audio.create_transcription, "transcribe", Scope.WRITE, openai_error
    ),
    ("POST", "/audio/translations"): Route(openai_audio.create_transcription, "translate", Scope.WRITE, openai_error),
    ("GET", "/openapi.json"): Route(openapi_routes.openapi, "openapi", Scope.READ, public=True),
    ("GET", "/docs"): Route(openapi_routes.docs, "docs", Scope.READ, public=True),
    ("GET", "/"): Route(page_routes.page, "page", Scope.READ, public=True),
    ("GET", "/page/{version}/{file}"): Route(page_routes.page_file, "page_file", Scope.READ, public=True),
    ("GET", "/favicon.ico"): Route(page_routes.favicon, "favicon", Scope.READ, public=True),
}


def route(event: Mapping[str, Any]) -> Response:
    """Answer a gateway's event; an exception of a view becomes an error response."""
    try:
        request = Request.from_event(event)
    except ApiError as error:
        return error_in_both_forms(error, (event.get("requestContext") or {}).get("requestId", ""))
    # A HEAD is answered as a GET; the gateway leaves the body out.
    method = "GET" if request.method == "HEAD" else request.method
    matched = ROUTES.get((method, request.resource), _UNKNOWN)
    try:
        return _answer(matched, request)
    except ApiError as error:
        return matched.error(error, request)
    except Exception as error:
        logger.exception("The request could not be answered", route=f"{request.method} {request.resource}")
        return matched.error(service_unavailable() if is_unavailable(error) else internal_error(), request)


def _answer(matched: Route | JobRoute | SharedRoute, request: Request) -> Response:
    if matched.operation not in _OPERATIONS_WITH_OPTIONS:
        reject_misplaced(request.query)
    if isinstance(matched, SharedRoute):
        answer = matched.view(request, *shared_job(request))
        return replace(answer, headers={**answer.headers, **_SHARED_HEADERS})
    check_scope(request, matched.scope)
    return matched.view(request, job_of(request)) if isinstance(matched, JobRoute) else matched.view(request)


def _unknown_route(request: Request) -> Response:
    raise unknown_route(request, ROUTES)


_UNKNOWN = Route(_unknown_route, "", Scope.READ, error_for_either)
