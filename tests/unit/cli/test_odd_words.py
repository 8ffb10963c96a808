"""Odd words on the command line and odd names of files: each gives one message, or a job like any other."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.rows import each_row

NOT_UTF_8 = os.fsdecode(b"bad\xff.wav")  # as Python reads the name from the disk, or from the command line
COMMANDS_WITH_ID = ["show", "delete", "cancel", "retry", "redeliver", "share", "open"]


def test_name_that_is_not_utf_8_is_transcribed_with_others(earshot: Any, deployment: Any) -> None:
    earshot.file("talks/a.wav", b"first")
    earshot.file(f"talks/{NOT_UTF_8}", b"second")

    result = earshot("transcribe", "talks")

    assert (result.returncode, result.stderr.count("Traceback")) == (0, 0)
    assert "talks/bad\ufffd.wav → talks/bad\ufffd.txt" in result.stderr
    assert (Path(earshot.folder, "talks", NOT_UTF_8).with_suffix(".txt")).read_text() == "txt: second\n"
    assert "Transcribed 2 of 2" in result.stderr


def test_name_that_is_not_utf_8_is_printed(earshot: Any) -> None:
    path = earshot.file(NOT_UTF_8, b"x")

    assert '"source": "bad\ufffd.wav"' in earshot("transcribe", path, "--json").stdout
    assert "bad\ufffd.wav: No sound" in earshot("transcribe", earshot.file(NOT_UTF_8, b"FAIL")).stderr
    assert (
        "==> bad\ufffd.wav <=="
        in earshot("transcribe", earshot.file(NOT_UTF_8, b"x"), earshot.file("b.wav", b"y")).stdout
    )


def test_line_feed_in_a_name_begins_no_line(earshot: Any) -> None:
    earshot.file("talks/one\nFailed 9: all.wav", b"x")
    earshot.file("talks/two\nWritten: nothing.wav", b"FAIL")

    result = earshot("transcribe", "talks")

    assert "talks/one Failed 9: all.wav → talks/one Failed 9: all.txt" in result.stderr
    assert not [line for line in result.stderr.splitlines() if line.startswith(("Failed 9", "Written: nothing"))]


@pytest.mark.slow
@each_row("typed", ["", " ", ".", "..", "../../etc", "a/b", "%2e", "ü", "a?b", "a#b", "a b", "\udcff", "\n"])
@each_row("command", COMMANDS_WITH_ID)
def test_word_that_is_no_id_is_not_sent(earshot: Any, deployment: Any, command: str, typed: str) -> None:
    """As a path it would lead to another route: DELETE of `''` is one of the list."""
    deployment.requests.clear()
    result = earshot(command, typed)

    assert (result.returncode, deployment.requests) == (1, [])
    assert "is not the id of a job. `earshot jobs` lists those there are." in result.stderr


@pytest.mark.parametrize(
    "url", ["nonsense", "https://", "ftp://host", "http:///v1", "http://[::1", "", "localhost:8123"]
)
def test_address_that_is_none_is_a_wrong_command_line(earshot: Any, url: str) -> None:
    result = earshot("jobs", "--url", url)

    assert result.returncode == 2
    assert "is not the address of a deployment" in result.stderr


@pytest.mark.parametrize("key", ["secret\nx", "secretü", "secret\x1b[31m", "secret\udcff", "secret x"])
def test_key_that_no_header_carries_is_not_printed(earshot: Any, deployment: Any, key: str) -> None:
    result = earshot("jobs", "--key", key)

    assert (result.returncode, deployment.requests) == (2, [])
    assert "The key has characters" in result.stderr
    assert "secret" not in result.stdout + result.stderr


def test_key_pasted_with_a_space_behind_it_is_accepted(earshot: Any, deployment: Any) -> None:
    assert earshot("jobs", "--key", "secret \n").returncode == 0
    assert deployment.requests[0][3]["authorization"] == "Token secret"


def test_option_that_is_not_utf_8_is_a_wrong_command_line(earshot: Any, deployment: Any) -> None:
    result = earshot("transcribe", earshot.file("a.wav", b"x"), "--option", "keyterm=\udcff")

    assert (result.returncode, deployment.requests) == (2, [])
    assert "has to be UTF-8" in result.stderr


def test_file_that_goes_away_fails_alone(earshot: Any) -> None:
    earshot.file("talks/a.wav", b"x")
    Path(earshot.folder, "talks", "gone.wav").symlink_to("nowhere.wav")

    result = earshot("transcribe", "talks")

    assert result.returncode == 1  # 2 is a command line that is wrong
    assert "talks/gone.wav: The file cannot be read: No such file" in result.stderr
    assert "Transcribed 1 of 2" in result.stderr


def test_password_of_a_url_is_sent_and_not_printed(earshot: Any, deployment: Any) -> None:
    result = earshot(
        "transcribe", "https://bob:hunter2@a.example/talk.mp3", "https://bob:hunter2@b.example", "--out", "."
    )

    assert result.returncode == 0
    assert "https://a.example/talk.mp3 → talk.txt" in result.stderr
    assert "hunter2" not in result.stdout + result.stderr
    assert not [path.name for path in Path(earshot.folder).iterdir() if "hunter2" in path.name]
    assert any(b"hunter2" in audio for audio in deployment.audio.values())


def test_document_of_a_source_has_no_password(earshot: Any) -> None:
    result = earshot("transcribe", "https://bob:hunter2@a.example/a.mp3", "--json")

    assert json.loads(result.stdout)["source"] == "https://a.example/a.mp3"


@pytest.mark.parametrize(
    "address", ["http://bob:hunter2@127.0.0.1:1", "ftp://bob:hunter2@host", "http://bob:hunter2@[::1"]
)
@pytest.mark.parametrize(
    "command", [["jobs"], ["show", "a1b2c3"], ["transcribe", "https://a.example"], ["open", "a1b2c3"]]
)
def test_password_of_a_deployment_is_in_no_error(earshot: Any, address: str, command: list[str]) -> None:
    result = earshot(*command, "--url", address)

    assert result.returncode in (2, 3)
    assert "hunter2" not in result.stdout + result.stderr


@pytest.mark.parametrize("source", ["ftp://bob:hunter2@host/a.mp3", "file://bob:hunter2@host/a.mp3"])
def test_password_of_a_refused_source_is_not_printed(earshot: Any, source: str) -> None:
    result = earshot("transcribe", source)

    assert (result.returncode, result.stderr.count("hunter2")) == (2, 0)


def test_printed_page_address_has_no_password(
    earshot: Any, deployment: Any, job_ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: bool(opened.append(address)) or True)
    address = deployment.url.replace("://", "://bob:hunter2@")

    result = earshot("open", job_ids[1], "--url", address)

    assert opened == [f"{address}/v1/#/jobs/{job_ids[1]}"]  # the browser gets in
    assert result.stdout == f"{deployment.url}/v1/#/jobs/{job_ids[1]}\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        ({"PYTHONIOENCODING": "ascii"}, "?berpr?fung ??.wav"),
        ({"PYTHONIOENCODING": "cp1252"}, "Überprüfung ??.wav"),
        # An argument is ASCII there, and each other byte of it unknown; U+FFFD itself is not ASCII.
        (
            {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
            "__berpr__fung ______.wav".replace("_", "\ufffd"),
        ),
    ],
)
def test_text_that_an_encoding_lacks_ends_no_command(
    earshot: Any, deployment: Any, environment: dict[str, str], shown: str
) -> None:
    """A pipe has the locale's encoding; on Windows that is a code page, and many transcripts do not fit it."""
    command = earshot.start(
        "transcribe", earshot.file("Überprüfung 会議.wav", b"x"), earshot.file("b.wav", b"y"), **environment
    )
    with command:
        out, err = command.stdout.buffer.read(), command.stderr.buffer.read()

    assert (command.returncode, b"Traceback" in err) == (0, False)
    assert f"==> {shown} <==".encode(environment.get("PYTHONIOENCODING", "utf-8")) in out
