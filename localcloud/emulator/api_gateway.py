"""API Gateway: serves `http://127.0.0.1:P/v1/listen` as a deployed stage of the REST API.

It runs in the emulator's process and hands each request to ministack's REST API. It adds what ministack lacks: API
Gateway's limits of body and time, and the template's gateway responses for errors of the integration.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from earshot_contract.timeouts import GATEWAY_SECONDS

MAX_BODY_BYTES = 10 * 1024 * 1024  # API Gateway's limit of a request; larger ones get 413
# A larger body is read up to this size and dropped: a client that is still sending would not read the response.
MAX_DRAIN_BYTES = 512 * 1024 * 1024
LEADING_PATHS = frozenset({"", "docs", "favicon.ico"})  # outside the stage, that lead to the same path inside it
HOP_BY_HOP_HEADERS = frozenset(
    {"connection", "transfer-encoding", "expect", "keep-alive", "upgrade", "x-forwarded-for"}
)

# Epoch seconds at which the gateway received the request that is being answered.
RECEIVED: ContextVar[float | None] = ContextVar("RECEIVED", default=None)

logger = logging.getLogger("earshot.api_gateway")

Headers = dict[str, Any]
Response = tuple[int, Headers, bytes]


class IntegrationFailed(Exception):
    """The function behind a method returned no response that API Gateway could pass on.

    Args:
        error: the error's type as the Lambda runtime names it.
    """

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class ClientLeft(Exception):
    """A client closed its connection before it had sent the whole body."""


async def application(scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Any) -> None:
    """Serve one request, as an ASGI application: hand it to the REST API with the stage that its path begins with."""
    if scope["type"] == "lifespan":
        for phase in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{phase}.complete"})
    if scope["type"] != "http":
        return
    headers = request_headers(scope)
    stage, _, rest = scope["path"].lstrip("/").partition("/")
    query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    try:
        body = await read_body(receive)
    except ClientLeft:  # API Gateway calls no function for half a request: its audio would be transcribed as if whole
        await respond(send, scope["method"], 400, {}, b"")
        return
    try:
        if not is_stage(stage):
            status, response_headers, content = unknown_stage(scope["method"], scope["path"], headers, query)
        elif body is None:
            status, response_headers, content = gateway_error(
                "REQUEST_TOO_LARGE", "Request Too Long", stage, headers, query
            )
        else:
            status, response_headers, content = await execute_method(
                stage, scope["method"], f"/{rest}", headers, body, query
            )
    except Exception:
        logger.exception("%s %s", scope["method"], scope["path"])
        status, response_headers, content = (
            500,
            {"content-type": "application/json"},
            b'{"message":"Internal server error"}',
        )
    await respond(send, scope["method"], status, response_headers, content)


def is_new_work(scope: dict[str, Any]) -> bool:
    """Return whether a request may create a job or an upload, which needs room on the disk."""
    return bool(scope["method"] == "POST")


async def execute_method(stage: str, method: str, path: str, headers: Headers, body: bytes, query: Any) -> Response:
    """Call the method of a stage; answer timeouts and failures of its function as API Gateway does.

    The limit of time includes the authorizer, which it does not on AWS: a function that counts from `RECEIVED`, as this
    stack's does, is in time for both.
    """
    from ministack.services import apigateway_v1 as gateway

    RECEIVED.set(time.time())
    execution = asyncio.ensure_future(
        gateway.handle_execute(rest_api_for_stage(stage), stage, method, path, headers, body, query)
    )
    try:
        # Shielded: as on AWS, the function goes on after the gateway has answered 504.
        return await asyncio.wait_for(asyncio.shield(execution), GATEWAY_SECONDS)
    except TimeoutError:
        if execution.done() and not execution.cancelled() and execution.exception() is None:
            answer: Response = execution.result()  # the loop was late, not the function
            return answer
        execution.add_done_callback(lambda done: done.cancelled() or done.exception())
        return gateway_error("INTEGRATION_TIMEOUT", "Endpoint request timed out", stage, headers, query)
    except IntegrationFailed as failure:
        if failure.error == "RequestTooLargeException":
            return gateway_error("REQUEST_TOO_LARGE", "Request Too Long", stage, headers, query)
        if failure.error == "TooManyRequestsException":
            # As on AWS: THROTTLED is a limit of the gateway's own.
            return gateway_error("INTEGRATION_FAILURE", "Too Many Requests", stage, headers, query)
        return 502, *gateway_error("DEFAULT_5XX", "Internal server error", stage, headers, query)[1:]


def rest_api_for_stage(stage: str) -> str:
    """Return the id of the REST API with that stage, or of any API, which then answers that the stage is missing."""
    from ministack.services import apigateway_v1 as gateway

    apis = list(gateway._rest_apis)
    return next((api for api in apis if stage in gateway.stages_for_api(api)), apis[0] if apis else "")


def is_stage(name: str) -> bool:
    """Return whether a path's first segment is the stage of an API."""
    from ministack.services import apigateway_v1 as gateway

    return any(name in gateway.stages_for_api(api) for api in gateway._rest_apis)


def unknown_stage(method: str, path: str, headers: Headers, query: Any) -> Response:
    """Answer a path outside every stage: the host's root, and routes without `/v1`.

    AWS answers 403 "Forbidden" there, which nothing in a template can change. Here the root leads to the web page,
    `/docs` and `/favicon.ico` to those of the stage, and other paths get the template's response to an unknown path.
    """
    from ministack.services import apigateway_v1 as gateway

    stages = [stage for api in gateway._rest_apis for stage in gateway.stages_for_api(api)]
    if not stages:
        return 503, {"content-type": "application/json"}, b'{"message":"Nothing is deployed here yet."}'
    stage = "v1" if "v1" in stages else stages[0]
    if path.strip("/") in LEADING_PATHS and method in ("GET", "HEAD"):
        location = f"/{stage}/{path.strip('/')}"
        text = f"Earshot: /{stage}/ is the page, /{stage}/docs shows the API.\n".encode()
        return 302, {"location": location, "content-type": "text/plain; charset=utf-8"}, text
    return gateway_error("MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token", stage, headers, query)


def gateway_error(response_type: str, message: str, stage: str, headers: Headers, query: Any) -> Response:
    """Return an error of API Gateway itself, rendered by the template's gateway response of that type."""
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
    response: Response = gateway._gateway_error_response(gateway._GatewayError(response_type, message), request)
    return response


def request_headers(scope: dict[str, Any]) -> Headers:
    """Return the headers, names in lower case, repeated ones joined; the caller's address is the connection's."""
    headers: Headers = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name not in HOP_BY_HOP_HEADERS:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    headers["x-forwarded-for"] = (scope.get("client") or ("127.0.0.1",))[0]
    headers["x-forwarded-proto"] = "http"
    return headers


async def read_body(receive: Callable[[], Awaitable[dict[str, Any]]]) -> bytes | None:
    """Return the whole body, chunked or not; None if it is larger than API Gateway accepts.

    Raises:
        ClientLeft: The connection ended before the body did.
    """
    body, size = bytearray(), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        part = message.get("body", b"")
        size += len(part)
        if size <= MAX_BODY_BYTES:
            body += part
        elif size > MAX_DRAIN_BYTES:
            return None
        if not message.get("more_body"):
            return bytes(body) if size <= MAX_BODY_BYTES else None


async def respond(send: Any, method: str, status: int, headers: Headers, content: Any) -> None:
    """Send a response."""
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
    """Return a function's result as a response.

    Args:
        result: as ministack's Lambda service returns it.

    Returns:
        The response, and None in the place of ministack's error message.

    Raises:
        IntegrationFailed: the function is throttled (429), raised, or returned no `statusCode` (502).
    """
    body = result.get("body")
    if result.get("throttle"):
        raise IntegrationFailed("TooManyRequestsException")
    if result.get("error"):
        raise IntegrationFailed(str((body or {}).get("errorType")))
    if not isinstance(body, dict) or "statusCode" not in body:
        raise IntegrationFailed("MalformedResponse")
    return body, None
