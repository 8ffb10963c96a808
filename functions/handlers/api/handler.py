"""Lambda function of the HTTP API: one for all routes, so that one warm environment serves every route."""

from __future__ import annotations

from typing import Any

from earshot_contract.documents.schedule_events import KEEP_ACTIVE
from functions.aws.init_phase import connect
from functions.handlers.api.cors import is_preflight, preflight, with_cors
from functions.handlers.api.router import route
from functions.observability import logger

connect("dynamodb", "s3", "stepfunctions")


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")  # as in the access log
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer API Gateway's proxy event; never raises. The schedule's event that keeps it active gets no answer."""
    if event.get("op") == KEEP_ACTIVE:
        return {}
    answer = preflight() if is_preflight(event) else route(event)
    return with_cors(answer, event).to_gateway()
