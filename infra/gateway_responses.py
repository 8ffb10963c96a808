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

GATEWAY_SENTENCE = "$context.error.messageString"  # what the gateway would have said, as a JSON string


@dataclass(frozen=True)
class Refusal:
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
        return json.dumps(body, separators=(",", ":")).replace(f'"{GATEWAY_SENTENCE}"', GATEWAY_SENTENCE)


_TYPE = apigateway.ResponseType
_NO_KEY = "Invalid credentials."
_BUSY = "Too many requests. Please try again later."
_TOO_LARGE = (
    "A request holds about 4.4 MB of audio: Lambda takes 6 MB, in base64. "
    "POST /v1/uploads for a URL to PUT larger audio to, "
    'then POST /v1/listen with {"url": ...}.'
)
_TIMED_OUT = "The answer took too long. Send the same request again: it finds the job that is already running."
_BROKEN = "Something went wrong on our side. Try again."
_NO_SUCH_PATH = "There is no such path or method. GET /v1/openapi.json lists them."

REFUSALS = (
    Refusal("Unauthorized", _TYPE.UNAUTHORIZED, "INVALID_AUTH", _NO_KEY, "401"),
    Refusal("AccessDenied", _TYPE.ACCESS_DENIED, "INVALID_AUTH", _NO_KEY, "401"),
    Refusal("InvalidApiKey", _TYPE.INVALID_API_KEY, "INVALID_AUTH", _NO_KEY, "401"),
    Refusal("InvalidSignature", _TYPE.INVALID_SIGNATURE, "INVALID_AUTH", _NO_KEY, "401"),
    Refusal("ExpiredToken", _TYPE.EXPIRED_TOKEN, "INVALID_AUTH", _NO_KEY, "401"),
    # The gateway's answer to a path or method it does not know; no method here asks for IAM's token.
    Refusal("UnknownMethod", _TYPE.MISSING_AUTHENTICATION_TOKEN, "NOT_FOUND", _NO_SUCH_PATH, "404"),
    Refusal("UnknownResource", _TYPE.RESOURCE_NOT_FOUND, "NOT_FOUND", _NO_SUCH_PATH, "404"),
    Refusal("TooLarge", _TYPE.REQUEST_TOO_LARGE, "PAYLOAD_TOO_LARGE", _TOO_LARGE, "413"),
    Refusal("Throttled", _TYPE.THROTTLED, "TOO_MANY_REQUESTS", _BUSY, "429", {"Retry-After": "1"}),
    Refusal("QuotaExceeded", _TYPE.QUOTA_EXCEEDED, "TOO_MANY_REQUESTS", _BUSY, "429", {"Retry-After": "60"}),
    # The firewall's rules: too many requests from one address, or one with a bad name.
    Refusal("Filtered", _TYPE.WAF_FILTERED, "TOO_MANY_REQUESTS", _BUSY, "429", {"Retry-After": "60"}),
    Refusal("BadParameters", _TYPE.BAD_REQUEST_PARAMETERS, "Bad Request", GATEWAY_SENTENCE, "400"),
    Refusal("BadBody", _TYPE.BAD_REQUEST_BODY, "Bad Request", GATEWAY_SENTENCE, "400"),
    Refusal("UnsupportedMedia", _TYPE.UNSUPPORTED_MEDIA_TYPE, "Bad Request", GATEWAY_SENTENCE, "415"),
    # SDKs send the audio again after any 5xx. 503 with a pause is the kindest: the second finds the first's job.
    Refusal("TimedOut", _TYPE.INTEGRATION_TIMEOUT, "TIMEOUT", _TIMED_OUT, "503", {"Retry-After": "5"}),
    Refusal("Broken", _TYPE.INTEGRATION_FAILURE, "INTERNAL_SERVER_ERROR", _BROKEN, "503", {"Retry-After": "2"}),
    Refusal("AuthorizerBroken", _TYPE.AUTHORIZER_FAILURE, "INTERNAL_SERVER_ERROR", _BROKEN, "500"),
    Refusal("AuthorizerWrong", _TYPE.AUTHORIZER_CONFIGURATION_ERROR, "INTERNAL_SERVER_ERROR", _BROKEN, "500"),
    Refusal("Misconfigured", _TYPE.API_CONFIGURATION_ERROR, "INTERNAL_SERVER_ERROR", _BROKEN, "500"),
    Refusal("Other4xx", _TYPE.DEFAULT_4_XX, "Bad Request", GATEWAY_SENTENCE),
    Refusal("Other5xx", _TYPE.DEFAULT_5_XX, "INTERNAL_SERVER_ERROR", _BROKEN),
)
