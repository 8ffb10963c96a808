"""GET /v1/openapi.json and /v1/docs: two files that `infra/openapi` writes into the Lambda bundle."""

from __future__ import annotations

from pathlib import Path

from functions.handlers.api.request import Request
from functions.handlers.api.response import Reply

BUILT = Path(__file__).parent


def openapi(_: Request) -> Reply:
    return Reply(200, (BUILT / "openapi.json").read_text(encoding="utf-8"))


def docs(_: Request) -> Reply:
    return Reply(200, (BUILT / "docs.html").read_text(encoding="utf-8"), "text/html; charset=utf-8")
