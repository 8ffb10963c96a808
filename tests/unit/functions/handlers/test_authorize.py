"""Who is let in, and who is told to bring a key."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from functions.aws import api_keys
from functions.handlers.authorize.handler import handler
from functions.settings import settings

KEY = "0123456789abcdef0123456789abcdef01234567"
METHOD = "arn:aws:execute-api:eu-central-1:123456789012:abcdef/v1/POST/listen"


def ask(authorization: str | None, header: str = "Authorization") -> dict:
    context = SimpleNamespace(
        function_name="authorize", memory_limit_in_mb=1, invoked_function_arn="arn", aws_request_id="id"
    )
    headers = {} if authorization is None else {header: authorization}
    return handler({"type": "REQUEST", "methodArn": METHOD, "headers": headers}, context)


@pytest.fixture
def known(aws: None) -> None:
    api_keys.add(KEY, "podcasts")


@pytest.mark.parametrize("authorization", [f"Token {KEY}", f"token {KEY}", f"Bearer {KEY}", f"  bearer   {KEY} "])
def test_a_known_key_is_let_in_under_either_scheme_in_any_case(known, authorization):
    answer = ask(authorization, "authorization")

    assert answer["principalId"] == "podcasts"
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Resource"] == "arn:aws:execute-api:eu-central-1:123456789012:abcdef/v1/*"


@pytest.mark.parametrize("authorization", [None, "", "Token", "Token ", f"Basic {KEY}", f"Token {KEY[:-1]}8", KEY])
def test_anybody_else_is_told_to_bring_one(known, authorization):
    """With this very text API Gateway answers 401."""
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        ask(authorization)


def test_where_access_is_public_anybody_is_let_in_and_a_key_still_names_its_owner(known, monkeypatch):
    monkeypatch.setenv("PUBLIC_ACCESS", "true")
    settings.cache_clear()

    assert ask(None)["principalId"] == "public"
    assert ask("Token 123")["principalId"] == "public"
    assert ask(f"Token {KEY}")["principalId"] == "podcasts"
