"""Operations of the OpenAPI description that the web page needs: its files, and a job's audio."""

from __future__ import annotations

from infra.openapi.operations.operation_parts import ID, error_answers, json_answer, query_parameter
from infra.openapi.schemas.schema_types import TEXT, Schema, named


def job_audio() -> Schema:
    """Return the operation that leads to a job's audio."""
    return {
        "summary": "Get the audio of a request, to play it",
        "description": "Redirects to a presigned URL of S3, which serves ranges; with `redirect=false` the answer "
        "names it. Audio of requests is kept for some days, and that of the bucket as long as the bucket keeps it.",
        "parameters": [
            ID,
            query_parameter("redirect", {"type": "boolean", "default": True}, "`false`: answer 200 with the URL."),
        ],
        "responses": {
            "200": json_answer("The URL.", "Audio"),
            "303": {
                "description": "GET `Location`.",
                "headers": {"Location": {"schema": TEXT}},
                "content": {"application/json": {"schema": named("Redirect")}},
            },
            **error_answers("Error", 400, 401, 404, 410, 429, 500),
        },
    }


def workers() -> Schema:
    """Return the operation that says whether a worker is awake."""
    return {
        "summary": "The workers of this deployment",
        "description": "Whether one runs, since when one starts, and how long that usually takes.",
        "responses": {"200": json_answer("By kind.", "Workers"), **error_answers("Error", 401, 429, 500)},
    }


def page() -> Schema:
    """Return the operation that serves the web page."""
    return {
        "summary": "The web page",
        "description": "Transcribes files in a browser, shows jobs, plays and searches transcripts.",
        "responses": {"200": {"description": "HTML.", "content": {"text/html": {"schema": TEXT}}}},
    }


def page_file() -> Schema:
    """Return the operation that serves a file of the page."""
    return {
        "summary": "A file of the web page",
        "parameters": [
            {"name": "version", "in": "path", "required": True, "schema": TEXT, "description": "Of the page."},
            {"name": "file", "in": "path", "required": True, "schema": TEXT, "description": "Its name."},
        ],
        "responses": {
            "200": {
                "description": "A script, a style sheet or the icon.",
                "content": {kind: {"schema": TEXT} for kind in ("text/javascript", "text/css", "image/svg+xml")},
            },
            **error_answers("Error", 404, 429, 500),
        },
    }


def favicon() -> Schema:
    """Return the operation that serves the icon."""
    return {
        "summary": "The icon of the web page",
        "responses": {"200": {"description": "SVG.", "content": {"image/svg+xml": {"schema": TEXT}}}},
    }
