"""Uploads past the API: straight into the bucket, by a presigned URL."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from earshot_cli.api.client import ApiClient
from earshot_cli.errors import CliError


@pytest.mark.parametrize("status", [200, 204, 307, 403])
def test_upload_succeeds_with_2xx_only(status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bucket of another region may answer 307: then no byte was stored."""
    audio = tmp_path / "a.wav"
    audio.write_bytes(b"audio")

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/uploads":
            return httpx.Response(200, json={"put": "https://bucket.example/1", "url": "s3://bucket/1"})
        return httpx.Response(status, headers={"location": "https://elsewhere.example/"} if status == 307 else {})

    client = httpx.AsyncClient
    monkeypatch.setattr(httpx, "AsyncClient", lambda **kw: client(transport=httpx.MockTransport(answer), **kw))

    async def upload() -> Any:
        async with ApiClient("https://api.example") as api:
            return await api.upload(audio, lambda _: None)

    if status < 300:
        assert asyncio.run(upload()) == "s3://bucket/1"
    else:
        with pytest.raises(CliError, match=f"status {status}"):
            asyncio.run(upload())


@pytest.mark.parametrize(("answered_before", "attempts"), [(False, 1), (True, 5)])
def test_lost_connection_is_tried_again_after_an_answer(
    answered_before: bool, attempts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long run outlives a network that is away for a moment; a wrong address is reported at once."""
    tries = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal tries
        if request.url.path.endswith("/first"):
            return httpx.Response(200, json={"state": "queued"})
        tries += 1
        raise httpx.ConnectError("No route to host")

    async def no_sleep(_: float) -> None:
        pass

    client = httpx.AsyncClient
    monkeypatch.setattr(httpx, "AsyncClient", lambda **kw: client(transport=httpx.MockTransport(answer), **kw))
    monkeypatch.setattr(asyncio, "sleep", no_sleep)

    async def look() -> None:
        async with ApiClient("https://api.example") as api:
            if answered_before:
                await api.job("first")
            await api.job("second")

    with pytest.raises(CliError, match="No route to host"):
        asyncio.run(look())
    assert tries == attempts


@pytest.mark.parametrize(
    "copied",
    [
        "",
        "/",
        "/v1",
        "/v1/",
        "/v1/#/jobs",
        "/v1/?model=whisper#/jobs/3f2a91c0",
        "/v1/listen?smart_format=true",
        "/v1#/key",
    ],
)
@pytest.mark.parametrize(
    "base",
    [
        "http://127.0.0.1:8123",
        "https://a1.execute-api.eu-central-1.amazonaws.com",
        "https://proxy.example.com/v1/earshot",
        "https://proxy.example.com/v1/listener",
    ],
)
def test_deployment_is_found_by_any_copied_address(base: str, copied: str) -> None:
    assert ApiClient(f" {base}{copied} ").url == base
