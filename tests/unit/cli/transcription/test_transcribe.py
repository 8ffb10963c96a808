"""`earshot transcribe` against the stub: requests, output, exit status."""

from __future__ import annotations

import io
import json
import signal
import time
from typing import Any

import pytest

from earshot_cli.api.client import MAX_BODY_BYTES
from tests.fixtures.cli import KEY


def test_transcribe_file_prints_text(earshot: Any, deployment: Any) -> None:
    result = earshot("transcribe", earshot.file("a.wav", b"hello"))

    assert (result.returncode, result.stdout) == (0, "txt: hello\n")
    [(_, _, query, headers)] = [r for r in deployment.requests if r[:2] == ("POST", "/v1/listen")]
    assert query == [("detect_language", "true"), ("smart_format", "true")]
    assert headers["prefer"] == "wait=0"
    assert headers["content-type"] != "application/json"


@pytest.mark.parametrize(("format", "api_name"), [("json", "json"), ("srt", "srt"), ("vtt", "vtt"), ("text", "txt")])
def test_format_option_maps_to_api_name(earshot: Any, format: str, api_name: str) -> None:
    assert earshot("transcribe", earshot.file("a.wav", b"x"), "--format", format).stdout == f"{api_name}: x\n"


def test_options_are_sent_unchanged(earshot: Any, deployment: Any) -> None:
    options = ["--model", "whisper-base", "--language", "de", "--option", "tag=a&b", "--option", "tag=c=d"]

    earshot("transcribe", earshot.file("a.wav", b"x"), *options, "--option", "punctuate=false")

    query = next(r[2] for r in deployment.requests if r[1] == "/v1/listen")
    assert sorted(query) == [
        ("language", "de"), ("model", "whisper-base"), ("punctuate", "false"), ("tag", "a&b"), ("tag", "c=d"),
    ]  # fmt: skip


def test_results_are_printed_in_argument_order(earshot: Any, deployment: Any) -> None:
    names = [earshot.file(f"{n}.wav", f"words {n}".encode()) for n in range(6)]

    result = earshot("transcribe", *names, "--jobs", "4")

    assert result.stdout == "".join(f"==> {n}.wav <==\ntxt: words {n}\n" for n in range(6))
    assert 1 < deployment.max_open_jobs <= 4


def test_json_of_several_sources_is_one_document_a_line(earshot: Any) -> None:
    result = earshot("transcribe", earshot.file("a", b"1"), earshot.file("b", b"2"), "-f", "json")

    assert result.stdout == "json: 1\njson: 2\n"


def test_stdin_is_transcribed_whatever_its_length(
    earshot: Any, deployment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"piped " + bytes(MAX_BODY_BYTES)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))

    result = earshot("transcribe", "-")

    assert result.stdout.startswith("txt: piped ")
    assert deployment.uploads == {"s3://bucket/1/audio": content}


def test_json_describes_each_source_for_scripts(earshot: Any, deployment: Any) -> None:
    deployment.warnings = [{"parameter": "keywords", "message": "keywords has no effect."}]
    sources = [earshot.file("good.wav", b"good"), earshot.file("bad.wav", b"FAIL")]

    result = earshot("transcribe", *sources, "--json", "-q")

    assert result.returncode == 1
    documents = {each["source"]: each for each in map(json.loads, result.stdout.splitlines())}
    assert documents["good.wav"]["results"] == {"text": "txt: good\n"}
    assert documents["good.wav"]["warnings"] == deployment.warnings
    assert documents["bad.wav"]["state"] == "failed"
    assert "No sound in it" in documents["bad.wav"]["error"]
    files = json.loads(earshot("transcribe", "good.wav", "--json", "-o", "texts").stdout)["files"]
    assert files == {"text": "texts/good.txt"}


def test_warning_is_shown_once_and_not_when_quiet(earshot: Any, deployment: Any) -> None:
    deployment.warnings = [{"parameter": "keywords", "message": "keywords has no effect."}]
    sources = [earshot.file("a.wav", b"a"), earshot.file("b.wav", b"b")]

    assert earshot("transcribe", *sources).stderr.count("a.wav: warning: keywords has no effect.") == 1
    assert earshot("transcribe", *sources, "-q").stderr == ""


def test_upload_prints_an_address_that_transcribe_takes(earshot: Any, deployment: Any) -> None:
    result = earshot("upload", earshot.file("a.wav", b"words"))

    assert (result.returncode, result.stdout) == (0, "s3://bucket/1/audio\n")
    assert earshot("transcribe", result.stdout.strip()).stdout == "txt: words\n"
    assert earshot("upload", "https://example.org/a.mp3").returncode == 2


@pytest.mark.parametrize("url", ["https://example.org/a.mp3?x=1", "s3://uploads/pod casts/ü+1.mp3"])
def test_url_is_fetched_by_deployment(earshot: Any, deployment: Any, url: str) -> None:
    result = earshot("transcribe", url)

    assert result.returncode == 0
    assert next(iter(deployment.jobs.values()))["source"]["url"] == url


def test_large_file_is_uploaded_to_bucket(earshot: Any, deployment: Any) -> None:
    content = b"large " + bytes(MAX_BODY_BYTES)
    deployment.requires_key = True

    result = earshot("transcribe", earshot.file("a.wav", content), EARSHOT_KEY=KEY)

    assert result.returncode == 0
    assert deployment.uploads == {"s3://bucket/1/audio": content}
    assert next(iter(deployment.jobs.values()))["source"] == {"kind": "url", "url": "s3://bucket/1/audio"}
    [(_, _, _, headers)] = [r for r in deployment.requests if r[0] == "PUT"]
    assert headers["content-length"] == str(len(content))
    assert "transfer-encoding" not in headers  # S3 rejects it
    assert "authorization" not in headers  # S3 rejects two ways of signing at once


def test_large_result_is_fetched_from_bucket(earshot: Any, deployment: Any) -> None:
    deployment.requires_key = True

    result = earshot("transcribe", earshot.file("a.wav", b"LARGE"), EARSHOT_KEY=KEY)

    assert result.stdout == "all the words\n"
    [(_, _, _, headers)] = [r for r in deployment.requests if r[1] == "/bucket/large"]
    assert "authorization" not in headers


def test_key_from_environment_or_option_is_sent(earshot: Any, deployment: Any) -> None:
    deployment.requires_key = True
    name = earshot.file("a.wav", b"x")

    without = earshot("transcribe", name)

    assert without.returncode == 1
    assert "Invalid credentials. Pass a key with --key or EARSHOT_KEY" in without.stderr
    assert "The key is wrong, has expired or was revoked" in earshot("transcribe", name, EARSHOT_KEY="old").stderr
    assert earshot("transcribe", name, EARSHOT_KEY=KEY).returncode == 0
    assert earshot("transcribe", name, "--key", KEY).returncode == 0


@pytest.mark.slow
def test_ctrl_c_cancels_running_jobs_only(earshot: Any, deployment: Any) -> None:
    process = earshot.start("transcribe", earshot.file("quick.wav", b"quick"), earshot.file("slow.wav", b"SLOW"))
    while sum(job["state"] in ("completed", "processing") for job in deployment.jobs.values()) < 2:
        time.sleep(0.02)
    assert process.stdout.readline() == "==> quick.wav <==\n"  # its result is printed; its job is not cancelled

    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)

    assert process.returncode == 130
    [slow] = [i for i, audio in deployment.audio.items() if audio == b"SLOW"]
    assert (deployment.cancelled, deployment.deleted) == ([slow], [])
    assert f"Cancelled the job {slow}." in err
    assert "Traceback" not in err
