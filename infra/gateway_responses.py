"""What the gateway itself answers, before or instead of the function: both vendors' error shapes in one body.

A gateway response belongs to the whole API, not to a path, and its template cannot branch. Deepgram's clients read
`err_msg`, OpenAI's look for `{"error": {…}}` and show no sentence without it. `message` is for @deepgram/sdk 3
and 4, which would take `error` for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_cdk import aws_apigateway as apigateway

from functions.jobs.job import Failure
from functions.rendering import openai

GATEWAY_MESSAGE = "$context.error.messageString"  # what the gateway would have said, as a JSON string


@dataclass(frozen=True)
class GatewayResponse:
    """`status` None: the gateway's own."""

    name: str
    type: apigateway.ResponseType
    err_code: str
    err_msg: str
    status: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def template(self) -> str:
        # The fallbacks' status is whatever the error had; their code tells whose fault that was.
        fallback = 500 if self.err_code == "INTERNAL_SERVER_ERROR" else 400
        failure = Failure(self.err_code, self.err_msg, int(self.status or fallback))
        body = {
            "err_code": self.err_code,
            "err_msg": self.err_msg,
            "request_id": "$context.requestId",
            "message": self.err_msg,
            **openai.error(failure),
        }
        return json.dumps(body, separators=(",", ":")).replace(f'"{GATEWAY_MESSAGE}"', GATEWAY_MESSAGE)


_Type = apigateway.ResponseType
_INVALID_KEY = "Invalid credentials."
_TOO_MANY_REQUESTS = "Too many requests. Please try again later."
_TOO_LARGE = (
    "A request holds about 4.4 MB of audio: Lambda takes 6 MB, in base64. "
    "POST /v1/uploads for a URL to PUT larger audio to, "
    'then POST /v1/listen with {"url": ...}.'
)
_TIMED_OUT = "The answer took too long. Send the same request again: it finds the job that is already running."
_INTERNAL_ERROR = "Something went wrong on our side. Try again."
_NOT_FOUND = "There is no such path or method. GET /v1/openapi.json lists them."

GATEWAY_RESPONSES = (
    GatewayResponse("Unauthorized", _Type.UNAUTHORIZED, "INVALID_AUTH", _INVALID_KEY, "401"),
    GatewayResponse("AccessDenied", _Type.ACCESS_DENIED, "INVALID_AUTH", _INVALID_KEY, "401"),
    GatewayResponse("InvalidApiKey", _Type.INVALID_API_KEY, "INVALID_AUTH", _INVALID_KEY, "401"),
    GatewayResponse("InvalidSignature", _Type.INVALID_SIGNATURE, "INVALID_AUTH", _INVALID_KEY, "401"),
    GatewayResponse("ExpiredToken", _Type.EXPIRED_TOKEN, "INVALID_AUTH", _INVALID_KEY, "401"),
    # The gateway's answer to a path or method it does not know; no method here asks for IAM's token.
    GatewayResponse("UnknownMethod", _Type.MISSING_AUTHENTICATION_TOKEN, "NOT_FOUND", _NOT_FOUND, "404"),
    GatewayResponse("UnknownResource", _Type.RESOURCE_NOT_FOUND, "NOT_FOUND", _NOT_FOUND, "404"),
    GatewayResponse("TooLarge", _Type.REQUEST_TOO_LARGE, "PAYLOAD_TOO_LARGE", _TOO_LARGE, "413"),
    GatewayResponse("Throttled", _Type.THROTTLED, "TOO_MANY_REQUESTS", _TOO_MANY_REQUESTS, "429", {"Retry-After": "1"}),
    GatewayResponse(
        "QuotaExceeded", _Type.QUOTA_EXCEEDED, "TOO_MANY_REQUESTS", _TOO_MANY_REQUESTS, "429", {"Retry-After": "60"}
    ),
    # The firewall's rules: too many requests from one address, or one with a bad name.
    GatewayResponse(
        "Filtered", _Type.WAF_FILTERED, "TOO_MANY_REQUESTS", _TOO_MANY_REQUESTS, "429", {"Retry-After": "60"}
    ),
    GatewayResponse("BadParameters", _Type.BAD_REQUEST_PARAMETERS, "Bad Request", GATEWAY_MESSAGE, "400"),
    GatewayResponse("BadBody", _Type.BAD_REQUEST_BODY, "Bad Request", GATEWAY_MESSAGE, "400"),
    GatewayResponse("UnsupportedMedia", _Type.UNSUPPORTED_MEDIA_TYPE, "Bad Request", GATEWAY_MESSAGE, "415"),
    # SDKs send the audio again after any 5xx. 503 with a pause is the kindest: the second finds the first's job.
    GatewayResponse("TimedOut", _Type.INTEGRATION_TIMEOUT, "TIMEOUT", _TIMED_OUT, "503", {"Retry-After": "5"}),
    GatewayResponse(
        "Broken", _Type.INTEGRATION_FAILURE, "INTERNAL_SERVER_ERROR", _INTERNAL_ERROR, "503", {"Retry-After": "2"}
    ),
    GatewayResponse("AuthorizerBroken", _Type.AUTHORIZER_FAILURE, "INTERNAL_SERVER_ERROR", _INTERNAL_ERROR, "500"),
    GatewayResponse(
        "AuthorizerWrong", _Type.AUTHORIZER_CONFIGURATION_ERROR, "INTERNAL_SERVER_ERROR", _INTERNAL_ERROR, "500"
    ),
    GatewayResponse("Misconfigured", _Type.API_CONFIGURATION_ERROR, "INTERNAL_SERVER_ERROR", _INTERNAL_ERROR, "500"),
    GatewayResponse("Other4xx", _Type.DEFAULT_4_XX, "Bad Request", GATEWAY_MESSAGE),
    GatewayResponse("Other5xx", _Type.DEFAULT_5_XX, "INTERNAL_SERVER_ERROR", _INTERNAL_ERROR),
)
