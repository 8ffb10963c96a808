"""What API Gateway says by itself is in Deepgram's words and in OpenAI's, whatever goes wrong."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from tests.synth.assembly import Assembly

# What the gateway puts in place of its variables; both of these come as it would write them.
CONTEXT = {"$context.requestId": "0a1b2c3d", "$context.error.messageString": '"It said \\"no\\"."'}


@pytest.fixture(scope="module")
def answers(gpu: Assembly) -> dict[str, Any]:
    """Response type → the gateway response's properties."""
    found = list(gpu.of("ApiGateway::GatewayResponse").values())
    assert len({r["ResponseType"] for r in found}) == len(found)
    return {r["ResponseType"]: r for r in found}


def body(answer: dict[str, Any]) -> dict[str, Any]:
    text = answer["ResponseTemplates"]["application/json"]
    for variable, value in CONTEXT.items():
        text = text.replace(variable, value)
    assert "$context" not in text
    return json.loads(text)


def test_every_type_that_aws_knows_has_an_answer(answers: dict[str, Any]) -> None:
    gateway = boto3.client("apigateway", region_name="eu-west-1").meta.service_model
    assert set(answers) == set(gateway.shape_for("GatewayResponseType").enum)


def test_every_answer_has_both_vendors_shapes(answers: dict[str, Any]) -> None:
    for kind, answer in answers.items():
        assert list(answer["ResponseTemplates"]) == ["application/json"], kind
        said = body(answer)
        assert list(said) == ["err_code", "err_msg", "request_id", "message", "error"], kind
        assert list(said["error"]) == ["message", "type", "param", "code"], kind
        assert said["error"]["message"] == said["message"] == said["err_msg"]
        assert said["request_id"] == "0a1b2c3d"
        assert said["err_msg"].endswith("."), kind


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
        ("INTEGRATION_FAILURE", "503", "INTERNAL_SERVER_ERROR"),
        ("AUTHORIZER_FAILURE", "500", "INTERNAL_SERVER_ERROR"),
    ],
)
def test_statuses_say_who_should_do_what(answers: dict[str, Any], kind: str, status: str, code: str) -> None:
    assert answers[kind]["StatusCode"] == status
    assert body(answers[kind])["err_code"] == code


def test_the_fallbacks_keep_each_errors_own_status(answers: dict[str, Any]) -> None:
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        assert "StatusCode" not in answers[kind]


def test_openais_clients_learn_whose_fault_it_was(answers: dict[str, Any]) -> None:
    ours = {kind for kind, answer in answers.items() if body(answer)["error"]["type"] == "server_error"}
    assert ours == {k for k, a in answers.items() if body(a)["err_code"] in ("INTERNAL_SERVER_ERROR", "TIMEOUT")}


def test_who_shall_come_back_is_told_when(answers: dict[str, Any]) -> None:
    """SDKs retry 429 and 503 and obey the pause; nothing else asks for one."""
    name = "gatewayresponse.header.Retry-After"
    pauses = {k: a["ResponseParameters"][name] for k, a in answers.items() if name in a.get("ResponseParameters", {})}
    assert set(pauses) == {k for k, a in answers.items() if a.get("StatusCode") in ("429", "503")}
    assert all(pause.strip("'").isdigit() for pause in pauses.values())


def test_no_answer_has_status_504(answers: dict[str, Any]) -> None:
    """SDKs send the audio again after it, at once."""
    assert [k for k, a in answers.items() if a.get("StatusCode") == "504"] == []


def test_too_large_says_where_large_audio_goes(answers: dict[str, Any]) -> None:
    assert "POST /v1/uploads" in body(answers["REQUEST_TOO_LARGE"])["err_msg"]


def test_what_the_gateway_found_wrong_is_passed_on(answers: dict[str, Any]) -> None:
    for kind in ("BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS", "DEFAULT_4XX"):
        assert body(answers[kind])["err_msg"] == 'It said "no".'
