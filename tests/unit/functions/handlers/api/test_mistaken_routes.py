"""Paths and methods that there are not: the answer names those that there are. HEAD is answered like GET."""

from __future__ import annotations

import pytest

AUDIO = b"\xff\xfb\x90\x00 not really audio \x00\x01"


@pytest.mark.parametrize(
    ("method", "path", "nearest"),
    [
        ("POST", "/listn", "POST /v1/listen"),
        ("POST", "/Listen", "POST /v1/listen"),
        ("POST", "/v1/listen", "POST /v1/listen"),
        ("POST", "/transcribe", "POST /v1/listen"),
        ("POST", "/audio/transcription", "POST /v1/audio/transcriptions"),
        ("GET", "/model", "GET /v1/models"),
        ("POST", "/zzzzzzzz", "POST /v1/listen"),
        ("GET", "/health", "GET /v1/models"),
        ("GET", "/jobs", "GET /v1/requests"),
        ("GET", "/results/0123", "GET /v1/requests/{id}/result"),
        ("GET", "/requests/0123/srt", "GET /v1/requests/{id}/result"),
        ("POST", "/files", "POST /v1/uploads"),
        ("GET", "/models/Systran/whisper-base", "GET /v1/models"),
        ("POST", "/chat/completions", "POST /v1/listen transcribes"),
        ("POST", "/audio/speech", "POST /v1/listen transcribes"),
        ("GET", "/requests/0123/results", "GET /v1/requests/{id}/result"),
        ("GET", "/requests/0123/result.srt", "GET /v1/requests/{id}/result"),
        ("PUT", "/requests/5f3f2bd5-6a6c-4b43-9a3e-9bd5d1a1c0de/edit", "PUT /v1/requests/{id}/edits"),
        ("POST", "/openai/deployments/w/audio/transcriptions", "POST /v1/audio/transcriptions"),
    ],
)
def test_unknown_route_names_the_nearest(api, method, path, nearest):
    answer = api.proxied(method, path)

    assert answer.status == 404
    assert nearest in answer.json["err_msg"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/listen", "POST, OPTIONS"),
        ("PATCH", "/requests/0123", "GET, DELETE, HEAD, OPTIONS"),
        ("POST", "/requests/0123/edits", "GET, PUT, HEAD, OPTIONS"),
        ("TRACE", "/models", "GET, HEAD, OPTIONS"),
        ("PUT", "/audio/translations", "POST, OPTIONS"),
        ("PUT", "/listen", "POST, OPTIONS"),
        ("HEAD", "/listen", "POST, OPTIONS"),
    ],
)
def test_wrong_method_names_the_right_ones(api, method, path, allowed):
    answer = api.proxied(method, path)

    assert (answer.status, answer.headers["allow"]) == (405, allowed)
    assert f"/v1{path} takes {allowed.partition(',')[0]}" in answer.json["err_msg"]
    assert ("no streaming" in answer.json["err_msg"]) == ((method, path) == ("GET", "/listen"))


@pytest.mark.parametrize(
    ("path", "headers", "is_named"),
    [
        ("/realtime", {}, True),
        ("/v2/realtime/sessions", {}, True),
        ("/speak", {"Upgrade": "WebSocket"}, True),
        ("/speak", {}, False),
    ],
)
def test_handshake_anywhere_is_answered_with_no_streaming(api, path, headers, is_named):
    answer = api.proxied("GET", path, headers=headers)

    assert answer.status == 404
    assert ("There is no streaming over WebSocket" in answer.json["err_msg"]) == is_named


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_wrong_method_of_root_names_the_right_one(api, method):
    """No proxy has root's path: API Gateway sends it to the function by root's own method ANY."""
    answer = api(method, "/")

    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert f"/v1/ takes GET, not {method}." in answer.json["err_msg"]
    assert "POST /v1/listen" in answer.json["err_msg"]


@pytest.mark.parametrize("path", ["/listen/", "//listen", "//listen//"])
def test_path_with_a_slash_too_many_is_shown_without(api, path):
    answer = api.proxied("POST", path)

    assert answer.status == 404
    assert answer.json["err_msg"].endswith("send POST /v1/listen.")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_head_is_no_wrong_method(api, method):
    answer = api.proxied(method, "/requests/0123/")

    assert answer.status == 404
    assert answer.json["err_msg"].endswith(f"send {method} /v1/requests/0123.")


@pytest.mark.parametrize("path", ["/nothing", "/listen", "/\x1b[31m/\u202e\ud83d\ude00", "/" + "x" * 5000])
def test_unknown_route_is_read_by_every_client(api, path):
    answer = api.proxied("PUT", path)

    assert answer.json["err_msg"] == answer.json["message"] == answer.json["error"]["message"]
    assert answer.json["err_msg"].isascii()
    assert answer.json["err_msg"].isprintable()
    assert len(answer.json["err_msg"]) < 400


@pytest.mark.parametrize(
    "path", ["/", "/models", "/docs", "/openapi.json", "/favicon.ico", "/requests", "/workers", "/requests/0123"]
)
def test_head_is_answered_like_get(api, path):
    got, head = api.get(path), api("HEAD", path)

    assert (head.status, head.headers["content-type"]) == (got.status, got.headers["content-type"])


def test_unknown_route_returns_404_error_body(api):
    answer = api.post("/speak", AUDIO)

    assert answer.status == 404
    assert {"err_code", "err_msg", "request_id"} <= set(answer.json)
