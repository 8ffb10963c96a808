"""GET /v1/openapi.json and /v1/docs: the API's own description, for programs and for people."""

from __future__ import annotations

from functions.listen.openapi.document import describe, text
from functions.listen.openapi.page import page
from functions.listen.replies import Reply
from functions.listen.requests import Request


def openapi(_: Request) -> Reply:
    return Reply(200, text())


def docs(_: Request) -> Reply:
    return Reply(200, page(describe()), "text/html; charset=utf-8")
