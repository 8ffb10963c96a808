"""GET /v1/openapi.json and /v1/docs: two files that `infra/openapi` writes into the Lambda bundle."""

from __future__ import annotations

from pathlib import Path

from functions.handlers.api.request import Request
from functions.handlers.api.response import Response

BUILT = Path(__file__).parent


def openapi(_: Request) -> Response:
    """Return the OpenAPI description."""
    return Response(200, (BUILT / "openapi.json").read_text(encoding="utf-8"))


def docs(_: Request) -> Response:
    """Return the description as an HTML page."""
    return Response(200, (BUILT / "docs.html").read_text(encoding="utf-8"), "text/html; charset=utf-8")
