"""`earshot transcribe`: what is sent, what is printed, how it ends."""

from __future__ import annotations

import signal
import time
from typing import Any

import pytest

from earshot_cli.api_client import DIRECT_BYTES


def test_a_file_becomes_text_on_stdout(earshot: Any, deployment: Any) -> None:
    done = earshot("transcribe", earshot.file("a.wav", b"hello"))

    assert (done.returncode, done.stdout) == (0, "txt: hello\n")
    [(_, _, query, headers)] = [a for a in deployment.asked if a[:2] == ("POST", "/v1/listen")]
    assert query == [("detect_language", "true"), ("smart_format", "true")]
    assert headers["prefer"] == "wait=0"
    assert headers["content-type"] != "application/json"


@pytest.mark.parametrize(("format", "form"), [("json", "json"), ("srt", "srt"), ("vtt", "vtt"), ("text", "txt")])
def test_every_format_is_asked_for_by_the_apis_name(earshot: Any, format: str, form: str) -> None:
    assert earshot("transcribe", earshot.file("a.wav", b"x"), "--format", format).stdout == f"{form}: x\n"


def test_options_go_through_in_their_own_spelling(earshot: Any, deployment: Any) -> None:
    asked = ["--model", "whisper-base", "--language", "de", "--option", "tag=a&b", "--option", "tag=c=d"]

    earshot("transcribe", earshot.file("a.wav", b"x"), *asked, "--option", "punctuate=false")

    query = next(a[2] for a in deployment.asked if a[1] == "/v1/listen")
    assert sorted(query) == [
        ("language", "de"), ("model", "whisper-base"), ("punctuate", "false"), ("tag", "a&b"), ("tag", "c=d"),
    ]  # fmt: skip


def test_several_are_printed_in_the_order_they_were_named(earshot: Any, deployment: Any) -> None:
    names = [earshot.file(f"{n}.wav", f"words {n}".encode()) for n in range(6)]

    done = earshot("transcribe", *names)

    assert done.stdout == "".join(f"==> {n}.wav <==\ntxt: words {n}\n" for n in range(6))
    assert 1 < deployment.at_once <= 4


def test_json_of_several_is_a_document_a_line(earshot: Any) -> None:
    done = earshot("transcribe", earshot.file("a", b"1"), earshot.file("b", b"2"), "-f", "json")

    assert done.stdout == "json: 1\njson: 2\n"


def test_out_writes_a_file_each_and_nothing_to_stdout(earshot: Any) -> None:
    done = earshot("transcribe", earshot.file("deep/a b.wav", b"1"), earshot.file("ü.mp3", b"2"), "-o", "texts")

    assert (done.returncode, done.stdout) == (0, "")
    assert (earshot.folder / "texts/a b.wav.txt").read_text() == "txt: 1\n"
    assert (earshot.folder / "texts/ü.mp3.txt").read_text() == "txt: 2\n"


def test_two_sources_that_would_write_one_file_are_refused_before_anything_is_sent(
    earshot: Any, deployment: Any
) -> None:
    done = earshot("transcribe", earshot.file("x/a.wav", b"1"), earshot.file("y/a.wav", b"2"), "-o", "texts")

    assert (done.returncode, deployment.asked) == (2, [])
    assert "a.wav" in done.stderr


@pytest.mark.parametrize("url", ["https://example.org/a.mp3?x=1", "s3://uploads/pod casts/ü+1.mp3"])
def test_a_url_is_left_to_the_deployment(earshot: Any, deployment: Any, url: str) -> None:
    done = earshot("transcribe", url)

    assert done.returncode == 0
    assert next(iter(deployment.jobs.values()))["source"]["url"] == url


def test_a_large_file_goes_to_the_bucket_first(earshot: Any, deployment: Any) -> None:
    content = b"large " + bytes(DIRECT_BYTES)
    deployment.wants_key = True

    done = earshot("transcribe", earshot.file("a.wav", content), EARSHOT_KEY="5eed" * 10)

    assert done.returncode == 0
    assert deployment.put == {"s3://bucket/work/1/audio": content}
    assert next(iter(deployment.jobs.values()))["source"] == {"kind": "url", "url": "s3://bucket/work/1/audio"}
    [(_, _, _, headers)] = [a for a in deployment.asked if a[0] == "PUT"]
    assert headers["content-length"] == str(len(content))
    assert "transfer-encoding" not in headers  # S3 does not take it
    assert "authorization" not in headers  # S3 refuses two ways of signing at once


def test_a_result_too_large_for_an_answer_comes_from_the_bucket(earshot: Any, deployment: Any) -> None:
    deployment.wants_key = True

    done = earshot("transcribe", earshot.file("a.wav", b"LARGE"), EARSHOT_KEY="5eed" * 10)

    assert done.stdout == "all the words\n"
    [(_, _, _, headers)] = [a for a in deployment.asked if a[1] == "/bucket/work/large"]
    assert "authorization" not in headers


def test_one_that_fails_does_not_stop_the_others(earshot: Any) -> None:
    names = [earshot.file("good.wav", b"good"), earshot.file("bad.wav", b"FAIL"), earshot.file("end.wav", b"end")]

    done = earshot("transcribe", *names)

    assert done.returncode == 1
    assert done.stdout == "==> good.wav <==\ntxt: good\n==> end.wav <==\ntxt: end\n"
    assert "bad.wav: Bad Request: failed to process audio: no sound in it (job 0000" in done.stderr


def test_a_busy_deployment_is_asked_again(earshot: Any, deployment: Any) -> None:
    deployment.busy = 2

    assert earshot("transcribe", earshot.file("a.wav", b"x")).stdout == "txt: x\n"


def test_a_key_comes_from_the_environment_or_the_command_line(earshot: Any, deployment: Any) -> None:
    deployment.wants_key, key = True, "5eed" * 10
    name = earshot.file("a.wav", b"x")

    without = earshot("transcribe", name)

    assert without.returncode == 1
    assert "Invalid credentials. Give a key with --key or EARSHOT_KEY" in without.stderr
    assert earshot("transcribe", name, EARSHOT_KEY=key).returncode == 0
    assert earshot("transcribe", name, "--key", key).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.wav"], "nowhere.wav cannot be read: No such file or directory."),
        (["."], "is a folder"),
        (["ftp://host/a.wav"], "files and http, https and s3 URLs"),
        (["a.wav", "--option", "smart_format"], "write NAME=VALUE"),
        (["a.wav", "--format", "docx"], "docx"),
        ([], "Missing argument"),
    ],
)
def test_a_command_line_that_makes_no_sense(earshot: Any, deployment: Any, arguments: list[str], says: str) -> None:
    earshot.file("a.wav", b"x")

    done = earshot("transcribe", *arguments)

    assert (done.returncode, deployment.asked) == (2, [])
    assert says in done.stderr


def test_nobody_at_the_address(earshot: Any) -> None:
    done = earshot("transcribe", earshot.file("a.wav", b"x"), "--url", "http://127.0.0.1:9")

    assert done.returncode == 3
    assert "http://127.0.0.1:9 does not answer" in done.stderr
    assert "earshot up" in done.stderr
    assert "Traceback" not in done.stderr


def test_somebody_else_at_the_address(earshot: Any, deployment: Any) -> None:
    done = earshot("jobs", "--url", f"{deployment.url}/other")

    assert done.returncode == 3
    assert "not as Earshot does" in done.stderr


def test_ctrl_c_cancels_what_runs_and_leaves_what_is_done(earshot: Any, deployment: Any) -> None:
    process = earshot.start("transcribe", earshot.file("quick.wav", b"quick"), earshot.file("slow.wav", b"SLOW"))
    while sum(job["state"] in ("completed", "processing") for job in deployment.jobs.values()) < 2:
        time.sleep(0.02)
    assert process.stdout.readline() == "==> quick.wav <==\n"  # it is out: what is done is not taken back

    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)

    assert process.returncode == 130
    [slow] = [i for i, audio in deployment.audio.items() if audio == b"SLOW"]
    assert deployment.forgotten == [slow]
    assert f"Cancelled the job {slow}." in err
    assert "Traceback" not in err
