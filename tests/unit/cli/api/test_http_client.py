"""The environment's proxies and certificates: what cannot be used is said in words, and this machine needs no proxy."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.rows import each_row


@pytest.mark.slow
@each_row(
    "name, value, message",
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9", "is a SOCKS proxy"),
        ("HTTPS_PROXY", "ftp://127.0.0.1:9", "cannot be used: Unknown scheme"),
        ("HTTP_PROXY", "http://proxy:port", "cannot be used: Invalid port"),
        ("SSL_CERT_FILE", "/nowhere/ca.pem", "cannot be read: No such file or directory"),
    ],
)
def test_environment_that_cannot_be_used_is_refused(earshot: Any, name: str, value: str, message: str) -> None:
    refused = earshot("jobs", **{name: value})

    assert refused.returncode == 2
    assert message in refused.stderr


def test_local_deployment_is_reached_without_the_proxy(earshot: Any) -> None:
    nothing_answers = "http://127.0.0.1:9"

    result = earshot("transcribe", earshot.file("ep1.mp3", b"1"), HTTP_PROXY=nothing_answers, NO_PROXY="")

    assert (result.returncode, result.stdout) == (0, "txt: 1\n")
