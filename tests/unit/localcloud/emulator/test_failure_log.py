"""Failures on the terminal of `earshot up`."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from typing import Any

import pytest

from localcloud.emulator import failure_log
from localcloud.emulator.failure_log import (
    LINE_CHARACTERS,
    FailureLog,
    InternalErrors,
    follow,
    function_failure,
    last_message,
)


def exception(kind: str, text: str) -> dict[str, Any]:
    return {"body": {"errorType": kind, "errorMessage": text}, "error": True}


def refusal(status: int) -> dict[str, Any]:
    return exception("ApiError", json.dumps({"err_code": "Bad Request", "err_msg": "No audio.", "status": status}))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The log of a function whose newest error is an exception."""
    error = {"level": "ERROR", "message": "Unexpected", "exception": "Traceback …\nKeyError: 'pk'"}
    lines = [json.dumps({"level": "ERROR", "message": "Earlier"}), "no JSON", json.dumps(error), '{"level": "INFO"}']
    (tmp_path / "api.log").write_text("\n".join(lines))
    return tmp_path / "api.log"


def test_function_that_cannot_be_imported_is_reported(log: Path) -> None:
    message = function_failure("api", {}, exception("ModuleNotFoundError", "No module named 'functions'"), log)
    assert message == f"The function api failed: ModuleNotFoundError: No module named 'functions' (log: {log})"


def test_internal_error_of_the_api_is_reported_with_its_reason(log: Path) -> None:
    message = function_failure("api", {}, {"body": {"statusCode": 500, "body": "{}"}}, log)
    assert message == f"The function api answered 500: KeyError: 'pk' (log: {log})"
    assert function_failure("api", {}, {"body": {"statusCode": 500}}, log.parent / "none.log") is not None


def test_failed_job_is_reported_if_no_function_raised(log: Path) -> None:
    result = {"body": {"job_id": "1", "failure": {"err_code": "INTERNAL_SERVER_ERROR", "status": 500}}}
    worker = {"error": {"Error": "Shard.Internal", "Cause": "CUDA is out of memory."}}
    message = function_failure("fail", worker, result, log)
    assert message == f"A job failed: Shard.Internal: CUDA is out of memory. (logs of workers: {log.parent})"
    function = {"error": {"Error": "KeyError", "Cause": json.dumps({"errorType": "KeyError", "errorMessage": "x"})}}
    assert function_failure("fail", function, result, log) is None


@pytest.mark.parametrize(
    "result",
    [
        {"body": {"statusCode": 200}},
        {"body": {"statusCode": 400}},
        {"body": {"statusCode": 503}},
        {"body": {"failure": {"status": 400}}},
        {"body": {"job_id": None, "failure": {"status": 500}}},  # the status event of an execution whose job has failed
        {"body": None},
        {"body": [1]},
        refusal(400),
        exception("Exception", "Unauthorized"),  # a key that the authorizer does not know
    ],
)
def test_success_and_callers_mistakes_are_not_reported(log: Path, result: dict[str, Any]) -> None:
    assert function_failure("api", {"error": {}}, result, log) is None


def test_refusal_with_status_500_is_reported(log: Path) -> None:
    assert function_failure("prepare", {}, refusal(500), log) is not None


def test_line_on_terminal_has_no_control_characters(tmp_path: Path) -> None:
    failures, shown, stopped = FailureLog(tmp_path), list[str](), threading.Event()
    failures.report("a file named \x1b[2J\nand\u2028more")
    failures.report("x" * 5000)
    stopped.set()
    follow(failures.path, shown.append, stopped)
    assert shown[0] == "a file named  [2J and more"
    assert [len(line) for line in shown] == [26, 400]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("", "it wrote nothing"),
        ("Killed\n", "Killed"),
        ('{"level": "INFO", "message": "Transcribed", "job_id": "1"}', "the last that it wrote is 'Transcribed'"),
        ('{"level": "ERROR", "message": "Broke", "exception": "Trace\\nOSError: no"}', "Broke: OSError: no"),
        ("[1]", "[1]"),
    ],
)
def test_last_message_of_a_worker_is_read_from_its_log(tmp_path: Path, written: str, shown: str) -> None:
    (tmp_path / "a.log").write_text(f"before\n{written}\n" if written else "")

    assert last_message(tmp_path / "a.log") == shown


def test_long_line_keeps_the_path_of_the_log(tmp_path: Path) -> None:
    failures = FailureLog(tmp_path)
    failures.report(f"The function f failed: {'x' * 5000} (log: {tmp_path / 'f.log'})")
    failures.report("y" * 5000)

    first, second = failures.path.read_text().splitlines()
    assert first.endswith(f"x… (log: {tmp_path / 'f.log'})")
    assert {len(first), len(second)} == {LINE_CHARACTERS}


def test_lines_are_shown_once_as_they_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failure_log, "POLL_SECONDS", 0.01)
    failures, shown, stopped = FailureLog(tmp_path), list[str](), threading.Event()
    arrived = threading.Event()

    def show(line: str) -> None:
        shown.append(line)
        arrived.set()

    follower = threading.Thread(target=follow, args=(failures.path, show, stopped))
    follower.start()
    for line in ("one", "two"):
        arrived.clear()
        failures.report(line)
        assert arrived.wait(30)
    stopped.set()
    follower.join()
    assert shown == ["one", "two"]


def test_internal_error_is_one_line_with_reason_and_log(tmp_path: Path) -> None:
    failures, log = FailureLog(tmp_path), logging.Logger("emulator")
    log.addHandler(InternalErrors(failures))

    log.warning("nothing of importance")
    try:
        raise LookupError("no such table\x1b[31m")
    except LookupError:
        log.exception("%s /v1/listen", "POST")

    (line,) = failures.path.read_text().splitlines()
    assert line == (
        f"The local cloud failed: POST /v1/listen: LookupError: no such table [31m (log: {tmp_path / 'emulator.log'})"
    )


def test_throttled_function_is_no_failure(tmp_path: Path) -> None:
    result = {"error": True, "throttle": True, "body": {"__type": "TooManyRequestsException"}}
    assert function_failure("api", {}, result, tmp_path) is None
