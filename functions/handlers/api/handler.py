"""All of the HTTP API: one function, so that one warm environment serves every route."""

from __future__ import annotations

from typing import Any

from functions.handlers.api.router import route
from functions.observability import logger, tracer


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """API Gateway's proxy event in, its answer out; never an exception."""
    return route(event).to_gateway()
