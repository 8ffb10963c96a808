"""The address people use: `http://127.0.0.1:P/v1/listen`, served as API Gateway serves a deployed stage.

It stands in the emulator's process and hands each request to ministack's REST API, with what a client of a real
API meets and ministack lacks: the limits of body and time, and errors of the integration answered through the
template's gateway responses.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

MAX_BODY_BYTES = 10 * 1024 * 1024  # API Gateway's limit of a request
MAX_DRAIN_BYTES = 512 * 1024 * 1024  # read on past the limit, so that a client still sending gets to see the answer
INTEGRATION_TIMEOUT_SECONDS = 29.0  # API Gateway waits no longer for a function
HOP_BY_HOP_HEADERS = frozenset(
    {"connection", "transfer-encoding", "expect", "keep-alive", "upgrade", "x-forwarded-for"}
)

logger = logging.getLogger("earshot.front")

Headers = dict[str, Any]
Response = tuple[int, Headers, bytes]


class IntegrationFailed(Exception):
    """The function behind a method gave no answer that API Gateway could pass on."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


async def application(scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Any) -> None:
    """The ASGI application."""
    if scope["type"] == "lifespan":
        for phase in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{phase}.complete"})
    if scope["type"] != "http":
        return
    headers = request_headers(scope)
    stage, _, rest = scope["path"].lstrip("/").partition("/")
    query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    body = await read_body(receive)
    try:
        if body is None:
            status, answer, content = gateway_error("REQUEST_TOO_LARGE", "Request Too Long", stage, headers, query)
        else:
            status, answer, content = await execute_method(stage, scope["method"], f"/{rest}", headers, body, query)
    except Exception:
        logger.exception("%s %s", scope["method"], scope["path"])
        status, answer, content = 500, {"content-type": "application/json"}, b'{"message":"Internal server error"}'
    await respond(send, scope["method"], status, answer, content)


async def execute_method(stage: str, method: str, path: str, headers: Headers, body: bytes, query: Any) -> Response:
    from ministack.services import apigateway_v1 as gateway

    execution = asyncio.ensure_future(
        gateway.handle_execute(rest_api_for_stage(stage), stage, method, path, headers, body, query)
    )
    try:
        # Shielded: on AWS, too, the function goes on after the gateway has given up on it.
        return await asyncio.wait_for(asyncio.shield(execution), INTEGRATION_TIMEOUT_SECONDS)
    except TimeoutError:
        execution.add_done_callback(lambda done: done.cancelled() or done.exception())
        return gateway_error("INTEGRATION_TIMEOUT", "Endpoint request timed out", stage, headers, query)
    except IntegrationFailed as failure:
        if failure.error == "RequestTooLargeException":
            return gateway_error("REQUEST_TOO_LARGE", "Request Too Long", stage, headers, query)
        return 502, *gateway_error("DEFAULT_5XX", "Internal server error", stage, headers, query)[1:]


def rest_api_for_stage(stage: str) -> str:
    """The REST API with that stage; any one for a stage that does not exist, so that it says so itself."""
    from ministack.services import apigateway_v1 as gateway

    apis = list(gateway._rest_apis)
    return next((api for api in apis if stage in gateway.stages_for_api(api)), apis[0] if apis else "")


def gateway_error(response_type: str, message: str, stage: str, headers: Headers, query: Any) -> Response:
    """An error of API Gateway's own, as the deployed gateway responses word it."""
    from ministack.services import apigateway_v1 as gateway

    api = rest_api_for_stage(stage)
    request = {
        "api_id": api,
        "stage_name": stage,
        "stage": gateway.stages_for_api(api).get(stage) or {},
        "headers": headers,
        "query_params": query,
        "path_params": {},
        "resource_path": "",
        "request_id": str(uuid4()),
    }
    return gateway._gateway_error_response(gateway._GatewayError(response_type, message), request)


def request_headers(scope: dict[str, Any]) -> Headers:
    """Lower-cased, repeated ones joined; the caller's address is the connection's, whatever it claims."""
    headers: Headers = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name not in HOP_BY_HOP_HEADERS:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    headers["x-forwarded-for"] = (scope.get("client") or ("127.0.0.1",))[0]
    headers["x-forwarded-proto"] = "http"
    return headers


async def read_body(receive: Callable[[], Awaitable[dict[str, Any]]]) -> bytes | None:
    """The whole body, chunked or not; None when it is larger than API Gateway takes."""
    body, size = bytearray(), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return bytes(body)
        part = message.get("body", b"")
        size += len(part)
        if size <= MAX_BODY_BYTES:
            body += part
        elif size > MAX_DRAIN_BYTES:
            return None
        if not message.get("more_body"):
            return bytes(body) if size <= MAX_BODY_BYTES else None


async def respond(send: Any, method: str, status: int, headers: Headers, content: Any) -> None:
    body = content if isinstance(content, bytes) else str(content or "").encode()
    lines = [
        (name.lower().encode("latin-1"), str(value).encode("latin-1", "replace"))
        for name, values in headers.items()
        if name.lower() != "content-length"
        for value in (values if isinstance(values, list) else [values])
    ]
    if status not in (204, 304):
        lines.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})


def proxy_response(result: dict[str, Any]) -> tuple[dict[str, Any], None]:
    """A function's answer as a response. An error, or no `statusCode`, is API Gateway's 502 with its own words."""
    body = result.get("body")
    if result.get("throttle"):
        return {"statusCode": 429, "body": json.dumps(body)}, None
    if result.get("error"):
        raise IntegrationFailed(str((body or {}).get("errorType")))
    if not isinstance(body, dict) or "statusCode" not in body:
        raise IntegrationFailed("MalformedResponse")
    return body, None
