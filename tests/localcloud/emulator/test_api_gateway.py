"""API Gateway of the local cloud, tried with a scratch API whose function returns the event it received."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import os
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from localcloud.cloud import Cloud
from localcloud.emulator import api_gateway

SOURCE = """
import base64, json

def handler(event, context):
    match event["path"].rpartition("/")[2]:
        case "fail":
            raise ValueError("no")
        case "malformed":
            return ["not", "a", "response"]
        case "binary":
            return {"statusCode": 200, "headers": {"Content-Type": "audio/flac"}, "isBase64Encoded": True,
                    "body": base64.b64encode(bytes(range(256))).decode()}
        case "cookies":
            return {"statusCode": 201, "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}, "body": ""}
    return {"statusCode": 200, "body": json.dumps(event)}
"""


@pytest.fixture(scope="module")
def api(cloud: Cloud) -> Iterator[str]:
    """Address of a REST API in the same emulator, at the stage `scratch`."""
    functions, gateway = cloud.client("lambda"), cloud.client("apigateway")
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("index.py", SOURCE)
    function = functions.create_function(
        FunctionName="scratch",
        Runtime="python3.13",
        Handler="index.handler",
        Role="arn:aws:iam::000000000000:role/scratch",
        Code={"ZipFile": bundle.getvalue()},
        Timeout=10,
    )["FunctionArn"]
    api_id = gateway.create_rest_api(name="scratch", binaryMediaTypes=["*/*"])["id"]
    root = gateway.get_resources(restApiId=api_id)["items"][0]["id"]
    proxy = gateway.create_resource(restApiId=api_id, parentId=root, pathPart="{proxy+}")["id"]
    method = {"restApiId": api_id, "resourceId": proxy, "httpMethod": "ANY"}
    gateway.put_method(**method, authorizationType="NONE")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
    gateway.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    for response_type in ("REQUEST_TOO_LARGE", "DEFAULT_5XX", "MISSING_AUTHENTICATION_TOKEN"):
        template = {"application/json": f'{{"type": "{response_type}", "message": $context.error.messageString}}'}
        gateway.put_gateway_response(restApiId=api_id, responseType=response_type, responseTemplates=template)
    gateway.create_deployment(restApiId=api_id, stageName="scratch")
    yield f"{cloud.api}/scratch"
    gateway.delete_rest_api(restApiId=api_id)
    functions.delete_function(FunctionName="scratch")


def event_of(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("content_type", ["audio/flac", "application/octet-stream", "text/plain", None])
def test_body_of_any_content_type_reaches_function_unchanged(api: str, content_type: str | None) -> None:
    audio = os.urandom(100_000)

    event = event_of(
        httpx.post(f"{api}/listen", content=audio, headers={"content-type": content_type} if content_type else {})
    )

    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == audio


def test_chunked_body_is_joined(api: str) -> None:
    event = event_of(httpx.post(f"{api}/listen", content=(bytes([n]) * 1000 for n in range(50))))

    assert "transfer-encoding" not in event["headers"]
    body = base64.b64decode(event["body"])
    assert hashlib.sha256(body).digest() == hashlib.sha256(b"".join(bytes([n]) * 1000 for n in range(50))).digest()


def test_repeated_parameters_are_kept_and_decoded_once(api: str) -> None:
    event = event_of(httpx.get(f"{api}/listen?keywords=a%2Bb&keywords=c+d&tag=%C3%BC&empty="))

    assert event["multiValueQueryStringParameters"] == {
        "keywords": ["a+b", "c d"],
        "tag": ["ü"],
        "empty": [""],
    }


def test_source_ip_ignores_forwarded_header(api: str) -> None:
    event = event_of(httpx.get(f"{api}/x", headers={"x-forwarded-for": "8.8.8.8"}))

    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"


@pytest.mark.parametrize("size", [api_gateway.MAX_BODY_BYTES + 1, 5_000_000])
def test_oversized_body_returns_413_gateway_response(api: str, size: int) -> None:
    """10 MB is the gateway's limit; 5 MB of audio in base64 exceed the 6 MB of a Lambda event."""
    answer = httpx.post(f"{api}/listen", content=bytes(size))

    assert answer.status_code == 413
    assert answer.json() == {"type": "REQUEST_TOO_LARGE", "message": "Request Too Long"}


def test_largest_body_reaches_function(api: str) -> None:
    assert len(base64.b64decode(event_of(httpx.post(f"{api}/x", content=bytes(4_000_000)))["body"])) == 4_000_000


@pytest.mark.parametrize("way", ["fail", "malformed"])
def test_failed_function_returns_502_gateway_response(api: str, way: str) -> None:
    answer = httpx.get(f"{api}/{way}")

    assert answer.status_code == 502
    assert answer.json()["type"] == "DEFAULT_5XX"
    assert "ValueError" not in answer.text


def test_response_keeps_bytes_and_repeated_headers(api: str) -> None:
    assert httpx.get(f"{api}/binary").content == bytes(range(256))
    cookies = httpx.get(f"{api}/cookies")
    assert (cookies.status_code, cookies.headers.get_list("set-cookie")) == (201, ["a=1", "b=2"])


def test_unknown_stage_or_path_is_rejected(cloud: Cloud, api: str) -> None:
    unknown_stage = httpx.get(f"{cloud.api}/nowhere/x")
    assert unknown_stage.status_code == 404
    assert "/v1" in unknown_stage.json()["err_msg"]
    assert httpx.get(f"{api}").json()["type"] == "MISSING_AUTHENTICATION_TOKEN"


def test_slow_function_returns_504_and_runs_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from ministack.services import apigateway_v1

    finished = asyncio.Event()

    async def slow(*_: Any) -> api_gateway.Response:
        await asyncio.sleep(0.2)
        finished.set()
        return 200, {}, b"late"

    async def request() -> api_gateway.Response:
        answer = await api_gateway.execute_method("v1", "GET", "/x", {}, b"", {})
        await finished.wait()  # the function goes on, as on AWS
        return answer

    monkeypatch.setattr(api_gateway, "GATEWAY_SECONDS", 0.01)
    monkeypatch.setattr(apigateway_v1, "handle_execute", slow)

    status, _, content = asyncio.run(request())

    assert (status, json.loads(content)) == (504, {"message": "Endpoint request timed out"})


def test_answer_that_the_loop_saw_late_is_no_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where many callers wait, the loop may look at the clock after the limit: since Python 3.12 that came first."""
    from ministack.services import apigateway_v1

    async def answered(*_: Any) -> api_gateway.Response:
        await asyncio.sleep(0)
        time.sleep(0.05)  # the loop does something else
        return 200, {}, b"in time"

    monkeypatch.setattr(api_gateway, "GATEWAY_SECONDS", 0.01)
    monkeypatch.setattr(apigateway_v1, "handle_execute", answered)

    assert asyncio.run(api_gateway.execute_method("v1", "GET", "/x", {}, b"", {})) == (200, {}, b"in time")
