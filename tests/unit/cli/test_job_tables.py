"""`earshot jobs`, `show`, `cancel`: what people see of a deployment's jobs."""

from __future__ import annotations

import json
from typing import Any

import pytest


@pytest.fixture
def three(deployment: Any) -> list[str]:
    """One that waits, one that completed, one that failed."""
    upload = {"kind": "upload", "bucket": f"earshot-{'b' * 40}", "key": "podcasts/2026/ep 1.mp3"}
    made = [
        deployment.listen(audio, source)
        for audio, source in (
            (b"SLOW", {"kind": "body", "size": 4}),
            (b"words", upload),
            (b"FAIL", {"kind": "url", "url": "https://e.org/" + "x" * 99}),
        )
    ]
    for job_id in made[1:]:
        deployment.look(job_id)
        deployment.look(job_id)
    return made


def test_jobs_lists_the_newest_first_with_whole_ids(earshot: Any, three: list[str]) -> None:
    done = earshot("jobs", COLUMNS="80")

    lines = done.stdout.splitlines()[1:]
    assert [line.split()[2] for line in lines] == list(reversed(three))
    assert [line.split()[3] for line in lines] == ["failed", "completed", "queued"]
    assert max(map(len, lines)) <= 80
    assert "podcast" in lines[1]


def test_jobs_reads_on_from_page_to_page_up_to_the_limit(earshot: Any, deployment: Any) -> None:
    made = [deployment.listen(b"x", {"kind": "body", "size": 4}) for _ in range(230)]

    done = earshot("jobs", "--limit", "205", "--json")

    assert [json.loads(line)["request_id"] for line in done.stdout.splitlines()] == list(reversed(made))[:205]


def test_no_jobs_yet(earshot: Any) -> None:
    done = earshot("jobs")

    assert (done.returncode, done.stdout) == (0, "")
    assert "earshot transcribe" in done.stderr


def test_show_tells_the_facts_and_the_text(earshot: Any, three: list[str]) -> None:
    done = earshot("show", three[1])

    assert done.returncode == 0
    assert three[1] in done.stdout
    assert "completed" in done.stdout
    assert done.stdout.endswith("\n\ntxt: words\n")


def test_show_with_a_format_prints_the_result_alone(earshot: Any, three: list[str]) -> None:
    assert earshot("show", three[1], "--format", "srt").stdout == "srt: words\n"


def test_show_says_why_a_job_failed(earshot: Any, three: list[str]) -> None:
    assert "no sound in it (Bad Request)" in earshot("show", three[2]).stdout


def test_show_has_no_result_of_a_failed_job(earshot: Any, three: list[str]) -> None:
    done = earshot("show", three[2], "--format", "json")

    assert (done.returncode, done.stdout) == (1, "")
    assert "The job is failed" in done.stderr


def test_cancel_stops_what_runs(earshot: Any, deployment: Any, three: list[str]) -> None:
    assert earshot("cancel", three[0]).returncode == 0
    assert deployment.forgotten == [three[0]]


def test_cancel_does_not_touch_what_is_over(earshot: Any, deployment: Any, three: list[str]) -> None:
    """The API's DELETE forgets a finished job, results and all: nobody asked for that here."""
    done = earshot("cancel", three[1])

    assert (done.returncode, deployment.forgotten) == (1, [])
    assert "completed already" in done.stderr


@pytest.mark.parametrize("command", ["show", "cancel"])
def test_an_id_nobody_knows(earshot: Any, command: str) -> None:
    done = earshot(command, "no-such-id")

    assert done.returncode == 1
    assert "There is no such job." in done.stderr
