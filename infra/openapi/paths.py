"""Operations of the OpenAPI description: parameters, bodies, answers and errors of each route."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from earshot_contract.job_state import JobState
from functions.audio.file_size import MAX_AUDIO_BYTES
from functions.handlers.api.router import ROUTES
from functions.handlers.api.routes.job_routes import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE
from infra.openapi.operations.audio_operations import listen, openai_audio, result, result_by_post
from infra.openapi.operations.edit_operations import edits, put_edits
from infra.openapi.operations.operation_parts import ID, error_answers, json_answer, query_parameter
from infra.openapi.operations.page_operations import favicon, job_audio, page, page_file, workers
from infra.openapi.operations.share_operations import share, shared, shared_audio, shared_result, shares, withdraw_share
from infra.openapi.schemas.schema_types import TEXT, Schema

_ACTION = "`cancel`: a request that has ended stays as it is. `delete`: one that runs is cancelled and deleted."


def paths() -> dict[str, Schema]:
    """Return the `paths` of the description: every route of the API with its operation."""
    found: dict[str, Schema] = {}
    for (method, path), route in ROUTES.items():
        without_key: Schema = {"security": []} if route.public else {}
        operation = without_key | _OPERATIONS[route.operation]() | {"operationId": route.operation}
        found.setdefault(path, {})[method.lower()] = operation
    return found


def _requests() -> Schema:
    return {
        "summary": "List requests, newest first",
        "parameters": [
            query_parameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": DEFAULT_PAGE_SIZE}
            ),
            query_parameter(
                "next", TEXT, "The token of the page before. A filtered page may be short and have a next one."
            ),
            query_parameter("state", {"enum": [str(state) for state in JobState]}, "May be repeated."),
            query_parameter("name", TEXT, "Part of the name, whatever the case; with `*` or `?` the whole name."),
            query_parameter("tag", TEXT, "May be repeated: jobs that have all of these tags."),
            query_parameter("since", TEXT, "Date or time in ISO 8601, UTC unless it names its zone; included itself."),
            query_parameter("until", TEXT, "The same, for the latest."),
        ],
        "description": "Those of the caller's key; all, for a key of the scope `admin`; none without a key.",
        "responses": {"200": json_answer("A page.", "Jobs"), **error_answers("Error", 400, 401, 429, 500)},
    }


def _request() -> Schema:
    return {
        "summary": "Show one request",
        "parameters": [ID],
        "responses": {"200": json_answer("As it is now.", "Job"), **error_answers("Error", 401, 404, 429, 500)},
    }


def _delete() -> Schema:
    return {
        "summary": "Cancel a request that runs, or delete one that has ended",
        "description": "The same request again, within a minute after it has cancelled, deletes nothing: a client that "
        "got no answer may repeat it.",
        "parameters": [ID, query_parameter("action", {"type": "string", "enum": ["cancel", "delete"]}, _ACTION)],
        "responses": {
            "200": json_answer("Cancelled, or deleted with its transcripts.", "Job", "Deleted"),
            **error_answers("Error", 400, 401, 403, 404, 429, 500),
        },
    }


def _retry() -> Schema:
    return {
        "summary": "Run a failed or cancelled request again",
        "description": "Its id, options and audio stay the same; `history` keeps what was before.",
        "parameters": [ID],
        "responses": {
            "200": json_answer("Queued again.", "Job"),
            **error_answers("Error", 400, 401, 403, 404, 410, 429, 500, 503),
        },
    }


def _redeliver() -> Schema:
    return {
        "summary": "Send the callback of a finished request again",
        "description": "At once, and then as often as after the request's end. `deliveries` says what came of it.",
        "parameters": [ID],
        "responses": {
            "200": json_answer("It is being sent.", "Job"),
            **error_answers("Error", 400, 401, 403, 404, 410, 429, 500, 503),
        },
    }


def _uploads() -> Schema:
    return {
        "summary": "Get a URL for audio that does not fit in a request",
        "description": "PUT the file to `put`, then `POST /v1/listen` with `url`. With `size` in the body the file "
        "goes up in parts, each to a URL of its own, and an interrupted upload goes on: send `size`, `url` and "
        "`upload` again for the parts that are missing, until there are none.",
        "requestBody": {
            "required": False,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "size": {
                                "type": "integer",
                                "minimum": 1,
                                "maximum": MAX_AUDIO_BYTES,
                                "description": "Bytes of the file. Without it: one URL for the whole file.",
                            },
                            "url": {**TEXT, "description": "Of the answer before."},
                            "upload": {**TEXT, "description": "Of the answer before."},
                        },
                    }
                }
            },
        },
        "responses": {
            "200": json_answer("The URLs.", "Upload", "UploadInParts"),
            **error_answers("Error", 400, 401, 403, 410, 413, 429, 500),
        },
    }


def _models() -> Schema:
    return {
        "summary": "The models of this deployment",
        "responses": {
            "200": json_answer("For Deepgram's clients and OpenAI's.", "Models"),
            **error_answers("Error", 429, 500),
        },
    }


def _model() -> Schema:
    parameter = {
        "name": "model",
        "in": "path",
        "required": True,
        "schema": TEXT,
        "description": "A name that a request may have, or the model's `uuid`.",
    }
    return {
        "summary": "One model of this deployment",
        "description": "`id` is the name that was sent, `name` the model that it means.",
        "parameters": [parameter],
        "responses": {
            "200": json_answer("For Deepgram's clients and OpenAI's.", "Model"),
            **error_answers("Error", 404, 429, 500),
        },
    }


def _openapi() -> Schema:
    content = {"application/json": {"schema": {"type": "object"}}}
    return {
        "summary": "This description",
        "responses": {"200": {"description": "OpenAPI 3.1.", "content": content}},
    }


def _docs() -> Schema:
    return {
        "summary": "This description as a page",
        "responses": {"200": {"description": "HTML.", "content": {"text/html": {"schema": TEXT}}}},
    }


_OPERATIONS: dict[str, Callable[[], Schema]] = {
    "listen": listen,
    "requests": _requests,
    "request": _request,
    "delete_request": _delete,
    "retry": _retry,
    "redeliver": _redeliver,
    "result": result,
    "result_again": result_by_post,
    "audio": job_audio,
    "edits": edits,
    "put_edits": put_edits,
    "shares": shares,
    "share": share,
    "withdraw_share": withdraw_share,
    "shared": shared,
    "shared_result": shared_result,
    "shared_audio": shared_audio,
    "upload": _uploads,
    "transcribe": partial(openai_audio, "transcribe"),
    "translate": partial(openai_audio, "translate"),
    "workers": workers,
    "models": _models,
    "model": _model,
    "openapi": _openapi,
    "docs": _docs,
    "page": page,
    "page_file": page_file,
    "favicon": favicon,
}
