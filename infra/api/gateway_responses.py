"""Gateway responses: errors that API Gateway itself returns, with Deepgram's and OpenAI's error shapes in one body.

A gateway response belongs to the whole API, not to a path, and its template cannot branch. Deepgram's clients read
`err_msg`. OpenAI's clients read `{"error": {…}}` and show no message without it. `message` is for @deepgram/sdk 3
and 4, which otherwise show the content of `error`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from functions.errors import Failure
from functions.rendering.openai_error import error_body

GATEWAY_MESSAGE = "$context.error.messageString"  # API Gateway's own message, quoted as a JSON string


@dataclass(frozen=True)
class GatewayResponse:
    """The response to one type of gateway error.

    `type` is CloudFormation's `ResponseType`, as text: the tests of the documents then need no CDK, whose import starts
    Node.js. `status` None keeps the status that API Gateway chose. `name` is a logical id: an upgrade that changes one
    makes the response anew, then deletes the old one of the same type, and the type has AWS's default.
    """

    name: str
    type: str
    err_code: str
    err_msg: str
    status: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def template(self) -> str:
        """The body's mapping template: JSON, in which API Gateway replaces `$context` variables."""
        # The default responses keep each error's own status; their err_code says whether it is 4xx or 5xx.
        fallback = 500 if self.err_code == "INTERNAL_SERVER_ERROR" else 400
        failure = Failure(self.err_code, self.err_msg, int(self.status or fallback))
        body = {
            "err_code": self.err_code,
            "err_msg": self.err_msg,
            "request_id": "$context.requestId",
            "message": self.err_msg,
            **error_body(failure),
        }
        return json.dumps(body, separators=(",", ":")).replace(f'"{GATEWAY_MESSAGE}"', GATEWAY_MESSAGE)


_INVALID_KEY = "Invalid credentials. Send a key of this deployment: Authorization: Token KEY, or Bearer KEY."
_TOO_MANY_REQUESTS = "Too many requests. Please try again later."
_TOO_LARGE = (
    "A request holds about 4.4 MB of audio: Lambda takes 6 MB, in base64. "
    "POST /v1/uploads for a URL to PUT larger audio to, "
    'then POST /v1/listen with {"url": ...}.'
)
_TIMED_OUT = "The answer took too long. Send the same request again: it finds the job that is already running."
_BUSY = (
    "Too many requests are being answered: this one was not begun, and nothing of it was stored. "
    "Send it again after as many seconds as Retry-After says."
)
_INTERNAL_ERROR = "Something went wrong on our side. Try again."
_NOT_FOUND = (
    "There is no such path or method. POST /v1/listen takes audio as Deepgram does, POST /v1/audio/transcriptions as "
    "OpenAI does: the base URL of an OpenAI client ends in /v1. There is no streaming over WebSocket. "
    "GET /v1/openapi.json lists all routes."
)

GATEWAY_RESPONSES = (
    GatewayResponse("Unauthorized", "UNAUTHORIZED", "INVALID_AUTH", _INVALID_KEY, "401"),
    GatewayResponse("AccessDenied", "ACCESS_DENIED", "INVALID_AUTH", _INVALID_KEY, "401"),
    GatewayResponse("InvalidApiKey", "INVALID_API_KEY", "INVALID_AUTH", _INVALID_KEY, "401"),
    GatewayResponse("InvalidSignature", "INVALID_SIGNATURE", "INVALID_AUTH", _INVALID_KEY, "401"),
    GatewayResponse("ExpiredToken", "EXPIRED_TOKEN", "INVALID_AUTH", _INVALID_KEY, "401"),
    # API Gateway returns this type for an unknown path or method: no method of this API uses IAM tokens.
    GatewayResponse("UnknownMethod", "MISSING_AUTHENTICATION_TOKEN", "NOT_FOUND", _NOT_FOUND, "404"),
    GatewayResponse("UnknownResource", "RESOURCE_NOT_FOUND", "NOT_FOUND", _NOT_FOUND, "404"),
    GatewayResponse("TooLarge", "REQUEST_TOO_LARGE", "PAYLOAD_TOO_LARGE", _TOO_LARGE, "413"),
    GatewayResponse("Throttled", "THROTTLED", "TOO_MANY_REQUESTS", _TOO_MANY_REQUESTS, "429", {"Retry-After": "1"}),
    GatewayResponse(
        "QuotaExceeded", "QUOTA_EXCEEDED", "TOO_MANY_REQUESTS", _TOO_MANY_REQUESTS, "429", {"Retry-After": "60"}
    ),
    # Blocked by the firewall: too many requests from one IP address, or an address on the reputation list.
    GatewayResponse("Filtered", "WAF_FILTERED", "TOO_MANY_REQUESTS", _TOO_MANY_REQUESTS, "429", {"Retry-After": "60"}),
    GatewayResponse("BadParameters", "BAD_REQUEST_PARAMETERS", "Bad Request", GATEWAY_MESSAGE, "400"),
    GatewayResponse("BadBody", "BAD_REQUEST_BODY", "Bad Request", GATEWAY_MESSAGE, "400"),
    GatewayResponse("UnsupportedMedia", "UNSUPPORTED_MEDIA_TYPE", "Bad Request", GATEWAY_MESSAGE, "415"),
    # SDKs send the audio again after any 5xx. With 503 and Retry-After they wait first, and then find the first job.
    GatewayResponse("TimedOut", "INTEGRATION_TIMEOUT", "TIMEOUT", _TIMED_OUT, "503", {"Retry-After": "5"}),
    # Lambda took no invocation, so nothing was done: it throttles (https://repost.aws/questions/QUfI6bsdd0SOiPeyimzxSkfQ),
    # or makes an inactive function ready. An invocation that fails is DEFAULT_5XX. A waiting caller holds one for 25 s.
    GatewayResponse("Broken", "INTEGRATION_FAILURE", "TOO_MANY_REQUESTS", _BUSY, "429", {"Retry-After": "10"}),
    # The same of the authorizer, without which no key is known.
    GatewayResponse("AuthorizerBroken", "AUTHORIZER_FAILURE", "TOO_MANY_REQUESTS", _BUSY, "429", {"Retry-After": "10"}),
    GatewayResponse(
        "AuthorizerWrong", "AUTHORIZER_CONFIGURATION_ERROR", "INTERNAL_SERVER_ERROR", _INTERNAL_ERROR, "500"
    ),
    GatewayResponse("Misconfigured", "API_CONFIGURATION_ERROR", "INTERNAL_SERVER_ERROR", _INTERNAL_ERROR, "500"),
    GatewayResponse("Other4xx", "DEFAULT_4XX", "Bad Request", GATEWAY_MESSAGE),
    GatewayResponse("Other5xx", "DEFAULT_5XX", "INTERNAL_SERVER_ERROR", _INTERNAL_ERROR),
)
