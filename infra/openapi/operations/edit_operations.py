"""Operations of the OpenAPI description on the corrections of a transcript."""

from __future__ import annotations

from infra.openapi.operations.operation_parts import ID, REDIRECT, error_answers, json_answer
from infra.openapi.schemas.schema_types import TEXT, Schema, named

_VERSION: Schema = {"ETag": {"schema": TEXT}}


def edits() -> Schema:
    """Return the operation that reads the corrections."""
    return {
        "summary": "Get the corrections of a transcript",
        "description": "Changed words and names of speakers. They lie over what the model wrote, in every format.",
        "parameters": [ID],
        "responses": {
            "200": {**json_answer("With their version in `ETag`.", "Edits"), "headers": _VERSION},
            "303": REDIRECT,
            **error_answers("Error", 400, 401, 404, 410, 429, 500),
        },
    }


def put_edits() -> Schema:
    """Return the operation that replaces the corrections."""
    return {
        "summary": "Replace the corrections of a transcript",
        "description": "All of them at once. Words that were there keep their times; changed ones share the time of "
        "those that they replace. An empty document takes all corrections away.",
        "parameters": [
            ID,
            {
                "name": "If-Match",
                "in": "header",
                "required": True,
                "schema": TEXT,
                "description": "The `ETag` that the corrections are based on.",
            },
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": named("NewEdits")}}},
        "responses": {
            "200": {**json_answer("With their new version in `ETag`.", "Edits"), "headers": _VERSION},
            "303": REDIRECT,
            **error_answers("Error", 400, 401, 403, 404, 410, 412, 428, 429, 500),
        },
    }
