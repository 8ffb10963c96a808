"""GET /v1/openapi.json and /v1/docs: two files that `infra/openapi` writes into the Lambda bundle."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from functions.handlers.api.request import Request
from functions.handlers.api.response import Response
from functions.handlers.api.routes.page_routes import security_headers

BUILT = Path(__file__).parents[1]


def openapi(_: Request) -> Response:
    """Return the OpenAPI description."""
    return Response(200, (BUILT / "openapi.json").read_text(encoding="utf-8"))


def docs(_: Request) -> Response:
    """Return the description as an HTML page, under the policy of the web page and with its own style."""
    text = (BUILT / "docs.html").read_text(encoding="utf-8")
    return Response(200, text, "text/html; charset=utf-8", security_headers(_style_source(text)))


def _style_source(html: str) -> str:
    """Return the source expression of the page's one `<style>`: https://www.w3.org/TR/CSP3/#external-hash."""
    style = html.partition("<style>")[2].partition("</style>")[0]
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
