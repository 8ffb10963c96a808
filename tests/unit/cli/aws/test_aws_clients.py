"""boto3 clients: the region is the one that the CDK deploys into, and what is missing is message with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from earshot_cli.aws.clients import aws_errors, client
from earshot_cli.errors import CliError


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)


@pytest.mark.parametrize(
    ("variables", "region"),
    [
        ({"AWS_REGION": "eu-west-1"}, "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-2"),
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-1"),
    ],
)
def test_region_is_that_of_the_cdk(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], region: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert client("sqs").meta.region_name == region
    assert client("sqs", region_name="us-east-1").meta.region_name == "us-east-1"


def test_missing_region_is_named_with_its_remedy() -> None:
    with pytest.raises(CliError, match=r"no AWS region is set\. Set AWS_REGION"):
        client("sqs")


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "as AWS says"}}, "DescribeStacks")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (NoCredentialsError(), "no AWS credentials. Set AWS_PROFILE"),
        (refused("ExpiredToken"), "have expired. Sign in again"),
        (UnauthorizedSSOTokenError(), "have expired. Sign in again"),
        (TokenRetrievalError(provider="sso", error_msg="expired"), "have expired. Sign in again"),
        (refused("InvalidClientTokenId"), "does not accept these credentials. Check AWS_PROFILE"),
        (EndpointConnectionError(endpoint_url="https://x.eu-west-9.amazonaws.com"), "a region is written like"),
        (refused("AccessDenied"), "as AWS says"),
    ],
)
def test_failed_call_says_what_to_do(error: Exception, message: str) -> None:
    with (
        pytest.raises(CliError, match="The stack Earshot cannot be read: ") as caught,
        aws_errors("The stack Earshot cannot be read"),
    ):
        raise error
    assert message in caught.value.message
