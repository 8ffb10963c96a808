"""`earshot show`: one job with its text, and why it failed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from earshot_cli.commands import jobs as job_commands


def test_show_prints_details_and_text(earshot: Any, job_ids: list[str]) -> None:
    result = earshot("show", job_ids[1])

    assert result.returncode == 0
    assert job_ids[1] in result.stdout
    assert "completed" in result.stdout
    assert result.stdout.endswith("\n\ntxt: words\n")


@pytest.mark.parametrize("arguments", [(), ("--partial",)])
def test_show_says_that_audio_has_no_words(
    earshot: Any, deployment: Any, job_ids: list[str], arguments: tuple[str, ...]
) -> None:
    deployment.audio[job_ids[1]] = b""
    result = earshot("show", job_ids[1], *arguments)

    assert (result.returncode, result.stderr) == (0, "No words were found in the audio.\n")


def test_show_says_why_a_long_file_was_not_cut(earshot: Any, deployment: Any, job_ids: list[str]) -> None:
    reason = "The recording was not cut: no worker could find out where."
    deployment.jobs[job_ids[1]]["shards"] = {"done": 1, "total": 1, "reason": reason}

    assert f"1 of 1. {reason}" in " ".join(earshot("show", job_ids[1]).stdout.split())


def test_show_with_format_prints_only_the_result(earshot: Any, job_ids: list[str]) -> None:
    assert earshot("show", job_ids[1], "--format", "srt").stdout == "srt: words\n"


def test_show_partial_prints_text_and_how_far_it_goes(earshot: Any, job_ids: list[str]) -> None:
    running = earshot("show", job_ids[0], "--partial", "--format", "srt")
    completed = earshot("show", job_ids[1], "--partial")

    assert (running.returncode, running.stdout) == (0, "srt: SLOW\n")
    assert "the result until 1:30:00" in running.stderr
    assert (completed.stdout, completed.stderr) == ("txt: words\n", "")
    assert "The job is failed" in earshot("show", job_ids[2], "--partial").stderr


def test_show_failed_job_prints_error(earshot: Any, job_ids: list[str]) -> None:
    assert "No sound in it (Bad Request)" in earshot("show", job_ids[2]).stdout


def test_show_failed_job_with_format_fails(earshot: Any, job_ids: list[str]) -> None:
    result = earshot("show", job_ids[2], "--format", "json")

    assert (result.returncode, result.stdout) == (1, "")
    assert "The job is failed" in result.stderr


def test_show_prints_tries_to_deliver_callback(earshot: Any, deployment: Any, job_ids: list[str]) -> None:
    failed = {"when": "2026-11-22T12:00:00.000Z", "status": 503, "error": "a.example answered 503."}
    due = "2026-11-22T12:05:00.000Z"
    tries = [failed | {"next": due}, {"when": due, "next": due, "requested": True}, {"when": due, "status": 200}]
    deployment.jobs[job_ids[1]]["deliveries"] = tries

    shown = earshot("show", job_ids[1], COLUMNS="120").stdout

    local = f"{datetime.fromisoformat(due).astimezone():%Y-%m-%d %H:%M:%S}"
    assert f"a.example answered 503. Next try: {local}." in shown
    assert f"{local} sent again by request" in shown
    assert f"{local} delivered (200)" in shown


@pytest.mark.parametrize(("audio", "status"), [(b"words", 0), (b"FAIL", 1)])
def test_show_follow_waits_for_the_end(
    earshot: Any, deployment: Any, audio: bytes, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_commands, "FOLLOW_SECONDS", 0.0)
    job_id = deployment.add_job(audio, {"kind": "body", "size": 4})

    result = earshot("show", job_id, "--follow")

    assert result.returncode == status
    assert ("txt: words" in result.stdout) == (status == 0)
    assert ("No sound in it" in result.stdout) == (status == 1)
