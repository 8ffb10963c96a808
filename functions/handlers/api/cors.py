"""Cross-origin requests: which web pages of other origins may call the API, and the answer to their preflight.

Keys come in a header, never in a cookie, so an origin alone opens nothing. Fetch standard: https://fetch.spec.whatwg.org
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from earshot_contract.names import PARTIAL_UNTIL_HEADER
from functions.handlers.api.response import Response
from functions.settings import settings

EVERY_ORIGIN = "*"
EXPOSED_HEADERS = f"dg-request-id,dg-error,retry-after,location,etag,idempotent-replayed,{PARTIAL_UNTIL_HEADER}"
# `*` does not stand for Authorization in this header, so it is named.
ALLOWED_HEADERS = "authorization,content-type,prefer,x-dg-deploy-region,*"
ALLOWED_METHODS = "GET,POST,PUT,DELETE,OPTIONS"
MAX_AGE_SECONDS = 7200  # for which a browser remembers a preflight: the most that Chromium takes


def is_preflight(event: Mapping[str, Any]) -> bool:
    """Return whether a gateway's event is a browser's preflight request."""
    return str(event["httpMethod"]).upper() == "OPTIONS"


def preflight() -> Response:
    """Answer a preflight: `with_cors` adds the origin, or leaves it out."""
    headers = {
        "access-control-allow-methods": ALLOWED_METHODS,
        "access-control-allow-headers": ALLOWED_HEADERS,
        "access-control-max-age": str(MAX_AGE_SECONDS),
    }
    return Response(204, headers=headers)


def with_cors(response: Response, event: Mapping[str, Any]) -> Response:
    """Return the response with the headers that let a page of an allowed origin read it."""
    allowed = [origin.strip() for origin in settings().cors_origins.split(",")]
    headers = {"access-control-expose-headers": EXPOSED_HEADERS}
    if EVERY_ORIGIN in allowed:
        headers["access-control-allow-origin"] = EVERY_ORIGIN
    else:
        headers["vary"] = "origin"  # a cache must not give one origin the answer to another
        origin = {name.lower(): value for name, value in (event.get("headers") or {}).items()}.get("origin", "")
        if origin in allowed:
            headers["access-control-allow-origin"] = origin
    return replace(response, headers={**response.headers, **headers})
