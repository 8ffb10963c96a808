"""`earshot transcribe` where something fails: sources, keys, busy and foreign services."""

from __future__ import annotations

from typing import Any

import pytest

from earshot_cli.api import retries


def test_refused_key_is_reported_once(earshot: Any, deployment: Any) -> None:
    deployment.requires_key = True
    sources = [earshot.file(f"{number}.wav", b"x") for number in range(5)]

    result = earshot("transcribe", *sources, "--jobs", "1")

    assert (result.returncode, result.stderr.count("Invalid credentials")) == (1, 1)
    assert len(deployment.requests) == 1
    assert "Not finished: 4." in result.stderr


def test_failed_source_does_not_stop_others(earshot: Any) -> None:
    names = [earshot.file("good.wav", b"good"), earshot.file("bad.wav", b"FAIL"), earshot.file("end.wav", b"end")]

    result = earshot("transcribe", *names)

    assert result.returncode == 1
    assert result.stdout == "==> good.wav <==\ntxt: good\n==> end.wav <==\ntxt: end\n"
    assert "bad.wav: No sound in it (job 0000" in result.stderr


def test_busy_response_is_retried(earshot: Any, deployment: Any) -> None:
    deployment.busy_responses = 2

    assert earshot("transcribe", earshot.file("a.wav", b"x")).stdout == "txt: x\n"


def test_busy_deployment_is_tried_until_it_takes_the_file(
    earshot: Any, deployment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "MIN_BUSY_SECONDS", 0.001)
    deployment.busy_responses, deployment.busy_status = 3 * retries.MAX_ATTEMPTS, 429

    result = earshot("transcribe", earshot.file("a.wav", b"x"))

    assert (result.returncode, result.stdout) == (0, "txt: x\n")
    assert result.stderr.count("The service is busy") == 1


def test_quiet_run_says_nothing_of_a_busy_deployment(
    earshot: Any, deployment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "MIN_BUSY_SECONDS", 0.001)
    deployment.busy_responses, deployment.busy_status = 1, 429

    result = earshot("transcribe", "--quiet", earshot.file("a.wav", b"x"))

    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.wav"], "nowhere.wav cannot be read: No such file or directory."),
        (["empty"], "empty has no file with an audio file's ending. --recursive looks in its subfolders."),
        (["a.wav", "--jobs", "0"], "--jobs"),
        (["ftp://host/a.wav"], "files and http, https and s3 URLs"),
        (["a.wav", "--option", "smart_format"], "write NAME=VALUE"),
        (["a.wav", "--format", "docx"], "docx"),
        ([], "Missing argument"),
    ],
)
def test_invalid_command_line_fails_without_request(
    earshot: Any, deployment: Any, arguments: list[str], message: str
) -> None:
    earshot.file("a.wav", b"x")
    earshot.file("empty/notes.txt", b"x")

    result = earshot("transcribe", *arguments)

    assert (result.returncode, deployment.requests) == (2, [])
    assert message in result.stderr


def test_connection_refused_is_unreachable(earshot: Any) -> None:
    result = earshot("transcribe", earshot.file("a.wav", b"x"), "--url", "http://127.0.0.1:9")

    assert result.returncode == 3
    assert "http://127.0.0.1:9 does not answer" in result.stderr
    assert "earshot up" in result.stderr
    assert "Traceback" not in result.stderr


def test_answer_of_another_service_is_unreachable(earshot: Any, deployment: Any) -> None:
    result = earshot("jobs", "--url", f"{deployment.url}/other")

    assert result.returncode == 3
    assert "the answer is not Earshot's" in result.stderr
