"""Faults at the wire of the local cloud: this service's that operation, so often, answers an error or is late.

The emulator wraps its AWS side with `wrap`; a test sets rules through `Faults` (the `faults` fixture).
"""

from __future__ import annotations

import asyncio
import json
import re
import urllib.request
from dataclasses import asdict, dataclass
from typing import Any

PATH = "/_faults"
SCOPE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/")


@dataclass
class Rule:
    """What goes wrong. Without `code` the call is only late by `seconds` and then works."""

    service: str  # as in the signature: s3, sqs, dynamodb, states, lambda, ecs, events
    operation: str  # e.g. SendMessage; of S3: GetObject, PutObject, HeadObject, DeleteObject, ListObjects
    times: int = 1
    code: str | None = None
    status: int = 400
    seconds: float = 0.0


class Faults:
    """The rules in force in one emulator, and which of them fired."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def set(self, *rules: Rule) -> None:
        body = json.dumps([asdict(rule) for rule in rules]).encode()
        urllib.request.urlopen(urllib.request.Request(f"{self.endpoint}{PATH}", data=body, method="POST")).close()

    def fired(self) -> list[list[str]]:
        """`[service, operation]` of each call that met a rule since the last `set`."""
        with urllib.request.urlopen(f"{self.endpoint}{PATH}") as answer:
            return json.load(answer)


def wrap(app: Any) -> Any:
    """The ASGI application with rules in front."""
    rules: list[Rule] = []
    fired: list[tuple[str, str]] = []

    async def faulty(scope: dict[str, Any], receive: Any, send: Any) -> Any:
        if scope["type"] != "http":
            return await app(scope, receive, send)
        if scope["path"] == PATH:
            if scope["method"] == "POST":
                rules[:] = [Rule(**rule) for rule in json.loads(await read(receive))]
                fired.clear()
            return await answer(send, 200, json.dumps(fired), "application/json")
        called = operation(scope)
        rule = next((r for r in rules if (r.service, r.operation) == called and r.times > 0), None)
        if rule is None:
            return await app(scope, receive, send)
        rule.times -= 1
        fired.append(called)
        await asyncio.sleep(rule.seconds)
        if rule.code is None:
            return await app(scope, receive, send)
        await read(receive)
        if rule.service == "s3":
            body = f"<Error><Code>{rule.code}</Code><Message>injected</Message></Error>"
            return await answer(send, rule.status, body, "application/xml")
        body = json.dumps({"__type": rule.code, "message": "injected"})
        return await answer(send, rule.status, body, "application/x-amz-json-1.1", rule.code)

    return faulty


def operation(scope: dict[str, Any]) -> tuple[str, str]:
    """Service and operation of a signed request."""
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    signed = SCOPE.search(headers.get("authorization", ""))
    service, target = signed.group(1) if signed else "", headers.get("x-amz-target", "")
    if target:
        return service, target.rpartition(".")[2]
    if service == "lambda":
        return service, "Invoke" if scope["path"].endswith("/invocations") else ""
    has_key = "/" in scope["path"].strip("/")
    return service, f"{scope['method'].title()}Object" if has_key else f"{scope['method'].title()}Bucket"


async def read(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def answer(send: Any, status: int, text: str, kind: str, error: str = "") -> None:
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(text.encode())).encode())]
    headers += [(b"x-amzn-errortype", error.encode())] if error else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
