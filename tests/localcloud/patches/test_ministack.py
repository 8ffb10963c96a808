"""Necessity of the patches of ministack: without a patch ministack still behaves otherwise than AWS.

A failure of a test marked `upstream` means that ministack was mended: delete the patch it names.
"""

from __future__ import annotations

import asyncio
import io
import time
import zipfile
from typing import Any

import pytest

from localcloud.emulator import api_gateway
from localcloud.emulator.api_gateway import IntegrationFailed
from localcloud.patches.ministack_placeholder_resources import PLACEHOLDERS
from tests.localcloud.patches.conftest import Apply, mended

ALARM = {"Metrics": [{"Id": "e", "Expression": "a + b"}], "ComparisonOperator": "GreaterThanThreshold", "Threshold": 0}


@pytest.mark.upstream
@pytest.mark.parametrize("resource_type", PLACEHOLDERS)
def test_resource_type_without_patch_is_not_created(apply: Apply, resource_type: str) -> None:
    from ministack.services.cloudformation import provisioners

    def create() -> Any:
        properties = ALARM if resource_type.endswith("Alarm") else {}
        return provisioners._provision_resource(resource_type, "Thing", dict(properties), "Earshot")

    def is_created() -> bool:
        try:
            create()
        except ValueError:
            return False
        return True

    assert not is_created(), f"ministack creates {resource_type}: take it out of PLACEHOLDERS, or delete the patch"

    apply("ministack_placeholder_resources")

    assert create() == ("Earshot-Thing", {"Arn": "arn:aws:placeholder:::Earshot-Thing"})


@pytest.mark.upstream
def test_lambda_error_without_patch_is_named_handler_error() -> None:
    from ministack.services import lambda_svc

    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    raise LookupError('no audio')\n")
    config = {
        "FunctionName": "failing",
        "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:failing",
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Timeout": 60,
        "CodeSha256": "1",
    }

    result = lambda_svc._execute_function_warm({"config": config, "code_zip": bundle.getvalue()}, {}, "request-1")

    assert "no audio" in result["body"]["errorMessage"]
    assert result["body"]["errorType"] == "Runtime.HandlerError", mended("ministack_lambda_runtime")


@pytest.mark.upstream
def test_missing_content_type_without_patch_is_not_binary(apply: Apply) -> None:
    from ministack.services import apigateway_v1

    assert not apigateway_v1._media_type_matches(None, ["*/*"]), mended("ministack_apigateway_content_type")

    apply("ministack_apigateway_content_type")

    assert apigateway_v1._media_type_matches(None, ["*/*"])
    assert not apigateway_v1._media_type_matches(None, ["audio/*"])


@pytest.mark.upstream
def test_failed_function_without_patch_shows_its_message(apply: Apply) -> None:
    from ministack.services import apigateway_v1

    failed = {"error": True, "body": {"errorType": "ValueError", "errorMessage": "secret"}}
    malformed = {"body": ["not", "a", "response"]}

    assert "secret" in str(apigateway_v1._lambda_proxy_response(failed)), mended("ministack_apigateway_responses")
    assert apigateway_v1._lambda_proxy_response(malformed)[0]["statusCode"] == 200

    apply("ministack_apigateway_responses")

    for result in (failed, malformed):
        with pytest.raises(IntegrationFailed):
            apigateway_v1._lambda_proxy_response(result)


@pytest.mark.upstream
def test_image_function_without_patch_needs_docker() -> None:
    from ministack.services import lambda_svc

    config = {"FunctionName": "image", "PackageType": "Image", "ImageUri": "repository:tag", "Timeout": 3}
    answer = lambda_svc._execute_function_docker({"config": config}, {}, "request")
    assert answer.get("error"), mended("ministack_lambda_images")


@pytest.mark.upstream
def test_request_time_without_patch_is_after_the_authorizer(apply: Apply, monkeypatch: pytest.MonkeyPatch) -> None:
    """The function counts from it the seconds that it has: a gateway waits no longer for its answer."""
    from ministack.services import apigateway_v1 as gateway

    async def execute(*request: Any) -> tuple[int, dict[str, str], int]:
        await asyncio.sleep(0.5)  # the authorizer
        resource = {"id": "1", "path": "/x"}
        event = gateway._build_lambda_event_v1("api", "v1", {}, resource, "/x", "GET", {}, b"", {}, {})
        return 200, {}, event["requestContext"]["requestTimeEpoch"]

    def age() -> float:
        """Seconds between the time in the event and the moment before the request."""
        began = time.time()
        answer = asyncio.run(api_gateway.execute_method("v1", "GET", "/x", {}, b"", {}))
        return float(answer[2]) / 1000 - began

    monkeypatch.setattr(gateway, "handle_execute", execute)
    assert age() >= 0.49, mended("ministack_apigateway_request_time")

    apply("ministack_apigateway_request_time")

    assert age() < 0.49
