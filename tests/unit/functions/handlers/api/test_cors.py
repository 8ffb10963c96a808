"""Web pages of other origins: preflight, answers, errors and redirects."""

from __future__ import annotations

import pytest

from functions.handlers.api.cors import is_preflight, preflight, with_cors
from functions.handlers.api.response import Response, see_other
from functions.settings import settings

PAGE = "https://app.example.org"


@pytest.fixture
def origins(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setenv("CORS_ORIGINS", request.param)
    settings.cache_clear()


@pytest.mark.parametrize(
    ("origins", "origin", "allowed"),
    [
        ("*", PAGE, "*"),
        (f"{PAGE},https://b.example.org", PAGE, PAGE),
        (f"https://b.example.org, {PAGE}", PAGE, PAGE),
        (f"{PAGE}", "https://evil.example.org", None),
        (f"{PAGE}", PAGE.upper(), None),  # browsers send an origin in lower case
        (f"{PAGE}", None, None),
    ],
    indirect=["origins"],
)
@pytest.mark.parametrize("answer", [Response(200, "{}"), Response(401), see_other("/v1/x", {}, "id"), preflight()])
def test_allowed_origin_may_read_every_answer(
    origins: None, origin: str | None, allowed: str | None, answer: Response
) -> None:
    event = {"httpMethod": "GET", "headers": {"Origin": origin} if origin else None}
    headers = with_cors(answer, event).to_gateway()["headers"]
    assert headers.get("access-control-allow-origin") == allowed
    assert ("vary" in headers) == (allowed != "*")
    assert "dg-request-id" in headers["access-control-expose-headers"]


def test_preflight_allows_the_headers_of_sdks() -> None:
    headers = preflight().to_gateway()["headers"]
    assert {"authorization", "content-type"} <= set(headers["access-control-allow-headers"].split(",")), (
        "a browser does not read * as Authorization"
    )
    assert {"GET", "POST", "DELETE"} <= set(headers["access-control-allow-methods"].split(","))
    assert is_preflight({"httpMethod": "OPTIONS"})
    assert not is_preflight({"httpMethod": "POST"})
