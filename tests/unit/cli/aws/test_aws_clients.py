"""boto3 clients: the region is the one that the CDK deploys into, and what is missing is message with its remedy."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    LoginRefreshRequired,
    MissingDependencyException,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ProxyConnectionError,
    SSLError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from earshot_cli.aws.clients import aws_errors, client, price_list_client
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


def test_credentials_of_aws_login_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Who signs in with `aws login` has neither keys nor a profile of AWS SSO."""
    session = "arn:aws:iam::111122223333:user/me"
    (tmp_path / "config").write_text(f"[default]\nregion = eu-west-1\nlogin_session = {session}\n")
    keys = {"accessKeyId": "ASIALOGIN", "secretAccessKey": "s", "sessionToken": "t", "accountId": "111122223333"}
    ends = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    token = {"accessToken": {**keys, "expiresAt": ends}, "refreshToken": "r", "dpopKey": "k", "clientId": "c"}
    name = hashlib.sha256(session.encode()).hexdigest()
    (tmp_path / f"{name}.json").write_text(json.dumps(token))
    monkeypatch.setenv("AWS_LOGIN_CACHE_DIRECTORY", str(tmp_path))
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    assert "ASIALOGIN" in client("sts").generate_presigned_url("get_caller_identity")


def test_missing_region_is_named_with_its_remedy() -> None:
    with pytest.raises(CliError, match=r"no AWS region is set\. Set AWS_REGION"):
        client("sqs")


def refused(code: str, message: str = "as AWS says") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "DescribeStacks")


ENDPOINT = "https://x.eu-west-9.amazonaws.com"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (NoCredentialsError(), "no AWS credentials. Set AWS_PROFILE"),
        (refused("ExpiredToken"), "has expired, or was never made. Sign in"),
        (UnauthorizedSSOTokenError(), "has expired, or was never made. Sign in"),
        (TokenRetrievalError(provider="sso", error_msg="expired"), "has expired, or was never made. Sign in"),
        (refused("InvalidClientTokenId"), "does not accept these credentials. Check AWS_PROFILE"),
        (refused("AccessDenied"), "lack a permission for it"),
        (refused("UnauthorizedOperation"), "lack a permission for it"),
        (refused("OptInRequired"), "the account is not activated"),
        (LoginRefreshRequired(), "has expired, or was never made. Sign in"),
        (PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), "half of the AWS credentials"),
        (MissingDependencyException(msg="pip install botocore[crt]"), "aws configure export-credentials --format env"),
        (
            ProfileNotFound(profile="wrok"),
            "(wrok) could not be found. Check AWS_PROFILE; `aws configure list-profiles`",
        ),
        (EndpointConnectionError(endpoint_url=ENDPOINT), "a region is written like"),
        (SSLError(endpoint_url=ENDPOINT, error="self-signed"), "AWS_CA_BUNDLE and NODE_EXTRA_CA_CERTS"),
        (ProxyConnectionError(proxy_url="http://proxy:3128"), "the proxy does not answer. Check HTTPS_PROXY"),
        (refused("RequestTimeTooSkewed"), "clock is wrong"),
        (refused("SignatureDoesNotMatch", "Signature expired: 20261129T1 is now earlier than"), "clock is wrong"),
        (refused("AccessDenied", "with an explicit deny in a service control policy"), "AWS organization forbids it"),
        (refused("AccessDenied", "because no permissions boundary allows the action"), "the permissions boundary of"),
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


def test_price_list_says_whose_accounts_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked in us-east-1, where the credentials of another partition are unknown."""
    monkeypatch.setenv("AWS_REGION", "cn-north-1")
    with pytest.raises(CliError, match=r"no accounts of aws-cn.*-c worker_price="):
        price_list_client("pricing")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert price_list_client("pricing").meta.region_name == "us-east-1"
