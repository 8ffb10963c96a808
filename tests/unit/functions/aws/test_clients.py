"""boto3 clients: the address of presigned URLs, and throttling under one name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from unittest.mock import patch

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from earshot_contract.documents.s3_object import S3Object
from functions.aws import clients, s3


@cache
def ireland() -> boto3.session.Session:
    """One session: it reads the services' definitions, which takes most of a test's time, once."""
    return boto3.session.Session(region_name="eu-west-1")


@pytest.fixture
def region(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A function in Ireland, with a client cache of its own."""
    for name, value in {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y"}.items():
        monkeypatch.setenv(name, value)
    session = ireland()
    clients.client.cache_clear()
    with patch.object(boto3, "client", session.client):
        yield
    clients.client.cache_clear()


def test_presigned_urls_name_the_host_of_the_region(region: None) -> None:
    """The global host answers an upload with 307 outside us-east-1."""
    at = S3Object("earshot-transcripts", "work/j1/audio")
    for url in (s3.presigned_put(at), s3.presigned_get(at)):
        assert url.startswith("https://earshot-transcripts.s3.eu-west-1.amazonaws.com/work/j1/audio?")


@pytest.mark.parametrize(
    ("service", "status", "body"),
    [
        ("s3", 503, b"<Error><Code>SlowDown</Code></Error>"),
        ("s3", 503, b""),  # HEAD has no body: the code is the status
        ("dynamodb", 400, b'{"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}'),
        ("stepfunctions", 400, b'{"__type": "ThrottlingException"}'),
        ("lambda", 429, b'{"Type": "User", "Message": "Rate Exceeded."}'),
    ],
)
def test_throttling_of_every_service_has_one_name(region: None, service: str, status: int, body: bytes) -> None:
    client = clients.client(service)
    headers = {"x-amzn-errortype": "TooManyRequestsException"} if service == "lambda" else {}
    client.meta.events.register("before-send", lambda **_: _response(status, headers, body))
    client.meta.events.register("needs-retry", lambda **_: None)
    call = {
        "s3": lambda: client.head_object(Bucket="b", Key="k"),
        "dynamodb": lambda: client.get_item(TableName="t", Key={"pk": {"S": "x"}}),
        "stepfunctions": lambda: client.describe_execution(executionArn="arn:aws:states:a:1:execution:m:n"),
        "lambda": lambda: client.invoke(FunctionName="f"),
    }[service]
    with patch("time.sleep"), pytest.raises(clients.Throttled) as raised:
        call()
    assert type(raised.value).__name__ == "Throttled", "the name that the state machines retry for long"
    assert clients.is_unavailable(raised.value)


def _response(status: int, headers: dict[str, str], body: bytes) -> AWSResponse:
    response = AWSResponse("https://example.amazonaws.com", status, headers, None)
    response._content = body
    return response
