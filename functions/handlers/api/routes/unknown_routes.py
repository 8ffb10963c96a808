"""Requests to a path or with a method that no route has: the answer says which route was probably meant.

API Gateway sends them to the function through the resource `{proxy+}`, which needs no key: nothing is behind it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import quote

from functions.errors import ApiError, api_error, not_found
from functions.handlers.api.request import STAGE, Request
from functions.handlers.api.response import Response, error_headers, json_response
from functions.rendering.openai_error import error_body

_ALL_ROUTES = f"GET {STAGE}/openapi.json lists all routes."
_MAX_SHOWN = 100  # characters of the path
# Paths of other speech services, and of other versions of these, that mean the same as one of this API.
_OTHER_PATHS = (
    (r"health|healthz|healthcheck|ping|ready|status(?:/engine)?", ("GET", "/models")),
    (r"jobs|transcripts|tasks|history", ("GET", "/requests")),
    (r"(?:jobs|transcripts|transcriptions|results?|tasks)/[^/]+", ("GET", "/requests/{id}/result")),
    (r"requests/[^/]+/(?:srt|vtt|txt|text|json|transcript|captions|download)", ("GET", "/requests/{id}/result")),
    (r"requests/[^/]+/results?\.\w+", ("GET", "/requests/{id}/result")),
    (r"files?", ("POST", "/uploads")),
    (r"models/.+|engines|engines/.+", ("GET", "/models")),
)
_NO_STREAMING = "There is no streaming over WebSocket: send the whole audio."
_REALTIME = re.compile(r"/(?:v\d+/)?realtime(?:/.*)?")  # OpenAI's
_LISTEN = re.compile(r"(?:v\d+/)?(?:transcribe|listen|speech-to-text|stt|asr|recognize|inference)(?:/.*)?")


class MethodNotAllowed(ApiError):
    """A path of this API with a method that it does not take; `methods` are those it does."""

    def __init__(self, message: str, methods: list[str]) -> None:
        super().__init__(api_error("METHOD_NOT_ALLOWED", message, 405).failure)
        self.methods = methods


def unknown_route(request: Request, known: Collection[tuple[str, str]]) -> ApiError:
    """Return the answer for a request that no route takes.

    Args:
        request: its `resource` is `/{proxy+}`, whose parameter has the path; or the path itself.
        known: (method, path) of all routes; the path without the stage, with its parameters in braces.
    """
    path = "/" + request.parameters.get("proxy", request.resource).strip("/")
    shown = STAGE + quote(path, safe="/{}:@!$&'()*+,;=~")[:_MAX_SHOWN]
    method = "GET" if request.method == "HEAD" else request.method
    if methods := _methods_of(path, known):
        if method in methods:  # API Gateway has the path, and did not find it as it was sent
            return not_found(f"The path has a slash too many, or is escaped: send {request.method} {shown}.")
        wants_stream = request.method == "GET" and path == "/listen"
        streaming = f" {_NO_STREAMING}" if wants_stream else ""
        page = f" The web page is there; POST {STAGE}/listen transcribes." if path == "/" else ""
        message = f"{shown} takes {' and '.join(methods)}, not {request.method}.{streaming}{page} {_ALL_ROUTES}"
        return MethodNotAllowed(message, methods)
    is_handshake = request.headers.get("upgrade", "").lower() == "websocket"
    streaming = f" {_NO_STREAMING}" if is_handshake or _REALTIME.fullmatch(path) else ""
    return not_found(f"There is no {request.method} {shown}.{streaming} {_nearest(method, path, known)}")


def error_in_both_forms(error: ApiError, request_id: str) -> Response:
    """Return an error in Deepgram's form and OpenAI's in one: the kind of client is not known."""
    failure = error.failure
    body = {**failure.body(), "request_id": request_id, "message": failure.err_msg, **error_body(failure)}
    headers = error_headers(failure, request_id)
    if isinstance(error, MethodNotAllowed):
        headers["allow"] = ", ".join([*error.methods, *(["HEAD"] if "GET" in error.methods else []), "OPTIONS"])
    return json_response(body, failure.status, headers)


def _methods_of(path: str, known: Collection[tuple[str, str]]) -> list[str]:
    """Return the methods of the routes that a path fits, in the table's order."""
    return [
        method for method, template in known if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)), path)
    ]


def _nearest(method: str, path: str, known: Collection[tuple[str, str]]) -> str:
    """Return a message with the route that a caller probably meant."""
    import difflib  # only for a wrong path: each module costs milliseconds of a cold start

    stripped = path.strip("/").lower()
    if _LISTEN.fullmatch(stripped):
        return f"Perhaps POST {STAGE}/listen was meant. {_ALL_ROUTES}"
    for words, (its_method, template) in _OTHER_PATHS:
        if re.fullmatch(rf"(?:v\d+/)?(?:{words})", stripped):
            return f"Perhaps {its_method} {STAGE}{template} was meant. {_ALL_ROUTES}"
    if longer := next((template for _, template in known if "/audio/" in template and path.endswith(template)), None):
        return f"Perhaps POST {STAGE}{longer} was meant: nothing stands before it. {_ALL_ROUTES}"
    stripped = stripped.removeprefix(f"{STAGE[1:]}/")
    paths = {_filled(template, stripped): template for _, template in known}
    found = difflib.get_close_matches(stripped, paths, 1, cutoff=0.6)
    if not found:
        return f"POST {STAGE}/listen transcribes. {_ALL_ROUTES}"
    template = paths[found[0]]
    methods = [each for each, of in known if of == template]
    return f"Perhaps {method if method in methods else methods[0]} {STAGE}{template} was meant. {_ALL_ROUTES}"


def _filled(template: str, path: str) -> str:
    """Return a route's path with its parameters as another path, which begins alike, has them in the same place."""
    parts, names = path.split("/"), template.strip("/").split("/")
    if parts[0] != names[0]:  # of /chat/completions no parameter was meant
        return template.strip("/")
    return "/".join(parts[at] if name.startswith("{") and at < len(parts) else name for at, name in enumerate(names))
