"""Authorize: which callers are allowed."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from earshot_contract.credentials.api_keys import DEFAULT_KEY, Scope, key_id
from earshot_contract.documents.schedule_events import KEEP_ACTIVE
from functions.aws.table import api_keys
from functions.handlers.api.handler import handler as api_handler
from functions.handlers.authorize.handler import handler
from functions.settings import settings

KEY = "0123456789abcdef0123456789abcdef01234567"
METHOD = "arn:aws:execute-api:eu-central-1:123456789012:abcdef/v1/POST/listen"


def authorize(authorization: str | None, header: str = "Authorization") -> dict:
    context = SimpleNamespace(
        function_name="authorize", memory_limit_in_mb=1, invoked_function_arn="arn", aws_request_id="id"
    )
    headers = {} if authorization is None else {header: authorization}
    return handler({"type": "REQUEST", "methodArn": METHOD, "headers": headers}, context)


@pytest.fixture
def known(aws: None) -> None:
    api_keys.add(KEY, "podcasts")


@pytest.mark.parametrize("authorization", [f"Token {KEY}", f"token {KEY}", f"Bearer {KEY}", f"  bearer   {KEY} "])
def test_known_key_is_allowed_under_either_scheme_in_any_case(known, authorization):
    answer = authorize(authorization, "authorization")

    assert answer["principalId"] == "podcasts"
    assert answer["context"] == {"owner": key_id(KEY), "scope": "write", "key": key_id(KEY)}
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Resource"] == "arn:aws:execute-api:eu-central-1:123456789012:abcdef/v1/*"


@pytest.mark.parametrize("authorization", [None, "", "Token", "Token ", f"Basic {KEY}", f"Token {KEY[:-1]}8", KEY])
def test_unknown_caller_raises_unauthorized(known, authorization):
    """API Gateway answers 401 only to this text."""
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        authorize(authorization)


@pytest.fixture
def public(known, monkeypatch):
    monkeypatch.setenv("PUBLIC_ACCESS", "true")
    settings.cache_clear()


def test_public_access_allows_everyone_and_names_key_owners(public):
    assert authorize(None)["principalId"] == "public"
    assert authorize("Token 123")["principalId"] == "public"
    assert authorize("Token 123")["context"]["owner"] == "public"
    assert authorize(f"Token {KEY}")["principalId"] == "podcasts"


def test_default_key_stands_for_callers_without_one_in_public(public):
    api_keys.add(DEFAULT_KEY, "local", Scope.ADMIN)

    assert [authorize(key)["context"]["scope"] for key in (None, "Bearer any", f"Token {KEY}")] == [
        "admin",
        "admin",
        "write",
    ]


def test_default_key_opens_no_deployment_that_is_not_public(known):
    api_keys.add(DEFAULT_KEY, "local", Scope.ADMIN)

    for authorization in (None, "Token ", "Bearer any"):
        with pytest.raises(Exception, match=r"^Unauthorized$"):
            authorize(authorization)


def test_expired_and_revoked_keys_are_refused_at_once(aws):
    """There is no cache in front of the function: infra/api/rest_api.py sets its time to 0."""
    api_keys.add(KEY, "guest", expires=1)

    with pytest.raises(Exception, match=r"^Unauthorized$"):
        authorize(f"Token {KEY}")


@pytest.mark.parametrize("function", [handler, api_handler])
def test_daily_event_gets_an_empty_answer(aws: None, function: Callable[..., dict]) -> None:
    """No caller sends this event: a refusal would be an error, which Lambda tries again and logs."""
    context = SimpleNamespace(function_name="f", memory_limit_in_mb=1, invoked_function_arn="arn", aws_request_id="id")
    assert function({"op": KEEP_ACTIVE}, context) == {}


def test_key_that_cannot_be_looked_up_counts_as_a_failure(known, monkeypatch, capsys):
    """The caller gets the gateway's 429, which no alarm on 5xx counts."""

    def broken(secret: str) -> None:
        raise RuntimeError("no table")

    monkeypatch.setattr(api_keys, "find", broken)
    with pytest.raises(RuntimeError, match="no table"):
        authorize(f"Token {KEY}")
    assert '"Failures":[1.0]' in capsys.readouterr().out
