"""Operations of the OpenAPI description on links to a transcript: those of its owner, and those of a link's holder."""

from __future__ import annotations

from functions.jobs.shares import DEFAULT_DAYS, MAX_SHARES
from functions.rendering.formats import LISTEN_FORMATS
from infra.openapi.operations.operation_parts import ID, REDIRECT, error_answers, json_answer, query_parameter
from infra.openapi.schemas.schema_types import BOOLEAN, TEXT, Schema, named

_SECRET: list[Schema] = [{"share": []}]  # scheme of the description's `components`
_WHOLE_ID: Schema = {**ID, "description": "The whole id, as in the link."}


def shares() -> Schema:
    """Return the operation that lists the links of a job."""
    return {
        "summary": "List the links to a transcript",
        "description": "Those that have neither ended nor been withdrawn.",
        "parameters": [ID],
        "responses": {"200": json_answer("The oldest first.", "Shares"), **error_answers("Error", 401, 404, 429, 500)},
    }


def share() -> Schema:
    """Return the operation that makes a link."""
    return {
        "summary": "Make a link that reads a transcript without a key",
        "description": "Whoever has the link reads this one transcript as it is then, in all formats, and hears its "
        f"audio. A transcript has at most {MAX_SHARES} links. They end with their days, when they are withdrawn, and "
        "with the request.",
        "parameters": [ID],
        "requestBody": {
            "required": False,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "days": {
                                "type": "integer",
                                "minimum": 1,
                                "default": DEFAULT_DAYS,
                                "description": "How long the link lasts; at most as long as transcripts are kept.",
                            },
                            "audio": {**BOOLEAN, "default": True, "description": "`false`: the words alone."},
                        },
                    }
                }
            },
        },
        "responses": {
            "200": json_answer("The link, with its secret.", "NewShare"),
            **error_answers("Error", 400, 401, 403, 404, 410, 429, 500, 503),
        },
    }


def withdraw_share() -> Schema:
    """Return the operation that ends a link."""
    return {
        "summary": "Withdraw a link to a transcript",
        "parameters": [
            ID,
            {"name": "share", "in": "path", "required": True, "schema": TEXT, "description": "`share_id` of the link."},
        ],
        "responses": {
            "200": json_answer("Those that are left.", "Shares"),
            **error_answers("Error", 401, 403, 404, 429, 500, 503),
        },
    }


def shared() -> Schema:
    """Return the operation that shows a link's holder what the recording is."""
    return {
        "summary": "Show the recording that a link leads to",
        "security": _SECRET,
        "parameters": [_WHOLE_ID],
        "responses": {
            "200": json_answer("As its owner shares it.", "SharedTranscript"),
            **error_answers("Error", 404, 429, 500),
        },
    }


def shared_result() -> Schema:
    """Return the operation that gives a link's holder the transcript."""
    texts = {kind: {"schema": TEXT} for kind in ("application/x-subrip", "text/vtt", "text/plain")}
    answer: Schema = {"application/json": {"schema": named("ListenAnswer")}}
    return {
        "summary": "Get the transcript that a link leads to",
        "description": "With its corrections, and without tags and `extra`.",
        "security": _SECRET,
        "parameters": [_WHOLE_ID, query_parameter("format", {"enum": [*LISTEN_FORMATS], "default": "json"})],
        "responses": {
            "200": {"description": "The transcript.", "content": answer | texts},
            "303": REDIRECT,
            **error_answers("Error", 400, 404, 429, 500),
        },
    }


def shared_audio() -> Schema:
    """Return the operation that gives a link's holder the audio."""
    return {
        "summary": "Get a URL of the audio that a link leads to",
        "security": _SECRET,
        "parameters": [_WHOLE_ID],
        "responses": {
            "200": json_answer("The URL.", "Audio"),
            **error_answers("Error", 403, 404, 410, 429, 500),
        },
    }
