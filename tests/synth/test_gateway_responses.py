"""Gateway responses: every error of API Gateway itself has Deepgram's and OpenAI's shape."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from tests.synth.assembly import Assembly

# Values of API Gateway's variables, written as it writes them.
CONTEXT = {"$context.requestId": "0a1b2c3d", "$context.error.messageString": '"It said \\"no\\"."'}


@pytest.fixture(scope="module")
def gateway_responses(gpu: Assembly) -> dict[str, Any]:
    """Properties of the gateway responses by response type."""
    found = list(gpu.resources("ApiGateway::GatewayResponse").values())
    assert len({r["ResponseType"] for r in found}) == len(found)
    return {r["ResponseType"]: r for r in found}


def body(response: dict[str, Any]) -> dict[str, Any]:
    text = response["ResponseTemplates"]["application/json"]
    for variable, value in CONTEXT.items():
        text = text.replace(variable, value)
    assert "$context" not in text
    return json.loads(text)


def test_every_gateway_response_type_is_defined(gateway_responses: dict[str, Any]) -> None:
    gateway = boto3.client("apigateway", region_name="eu-west-1").meta.service_model
    assert set(gateway_responses) == set(gateway.shape_for("GatewayResponseType").enum)


def test_gateway_response_body_has_both_error_shapes(gateway_responses: dict[str, Any]) -> None:
    for kind, response in gateway_responses.items():
        assert list(response["ResponseTemplates"]) == ["application/json"], kind
        response_body = body(response)
        assert list(response_body) == ["err_code", "err_msg", "request_id", "message", "error"], kind
        assert list(response_body["error"]) == ["message", "type", "param", "code"], kind
        assert response_body["error"]["message"] == response_body["message"] == response_body["err_msg"]
        assert response_body["request_id"] == "0a1b2c3d"
        assert response_body["err_msg"].endswith("."), kind


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("UNAUTHORIZED", "401", "INVALID_AUTH"),
        ("ACCESS_DENIED", "401", "INVALID_AUTH"),
        ("MISSING_AUTHENTICATION_TOKEN", "404", "NOT_FOUND"),
        ("RESOURCE_NOT_FOUND", "404", "NOT_FOUND"),
        ("REQUEST_TOO_LARGE", "413", "PAYLOAD_TOO_LARGE"),
        ("THROTTLED", "429", "TOO_MANY_REQUESTS"),
        ("QUOTA_EXCEEDED", "429", "TOO_MANY_REQUESTS"),
        ("WAF_FILTERED", "429", "TOO_MANY_REQUESTS"),
        ("INTEGRATION_TIMEOUT", "503", "TIMEOUT"),
        ("INTEGRATION_FAILURE", "429", "TOO_MANY_REQUESTS"),
        ("AUTHORIZER_FAILURE", "429", "TOO_MANY_REQUESTS"),
    ],
)
def test_gateway_response_status_and_code(gateway_responses: dict[str, Any], kind: str, status: str, code: str) -> None:
    assert gateway_responses[kind]["StatusCode"] == status
    assert body(gateway_responses[kind])["err_code"] == code


def test_default_responses_keep_the_original_status(gateway_responses: dict[str, Any]) -> None:
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        assert "StatusCode" not in gateway_responses[kind]


def test_server_error_type_is_only_for_server_faults(gateway_responses: dict[str, Any]) -> None:
    server_error_types = {
        kind for kind, response in gateway_responses.items() if body(response)["error"]["type"] == "server_error"
    }
    assert server_error_types == {
        k for k, a in gateway_responses.items() if body(a)["err_code"] in ("INTERNAL_SERVER_ERROR", "TIMEOUT")
    }


def test_retry_after_is_set_for_429_and_503_only(gateway_responses: dict[str, Any]) -> None:
    """SDKs retry these two and wait as long as the header says."""
    name = "gatewayresponse.header.Retry-After"
    delays = {
        k: a["ResponseParameters"][name]
        for k, a in gateway_responses.items()
        if name in a.get("ResponseParameters", {})
    }
    assert set(delays) == {k for k, a in gateway_responses.items() if a.get("StatusCode") in ("429", "503")}
    assert all(delay.strip("'").isdigit() for delay in delays.values())


def test_no_gateway_response_has_status_504(gateway_responses: dict[str, Any]) -> None:
    """SDKs would send the audio again at once."""
    assert [k for k, a in gateway_responses.items() if a.get("StatusCode") == "504"] == []


def test_too_large_message_names_uploads_route(gateway_responses: dict[str, Any]) -> None:
    assert "POST /v1/uploads" in body(gateway_responses["REQUEST_TOO_LARGE"])["err_msg"]


def test_gateway_message_is_passed_on(gateway_responses: dict[str, Any]) -> None:
    for kind in ("BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS", "DEFAULT_4XX"):
        assert body(gateway_responses[kind])["err_msg"] == 'It said "no".'
