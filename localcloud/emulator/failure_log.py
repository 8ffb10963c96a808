"""Failures that the terminal of `earshot up` prints: one line each, with the reason and the log's path.

The emulator's process writes the lines into a file; `cloud.Cloud` follows it. Callers of the API get a message that
reveals nothing of the cause; people at this machine need to see it.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

FILE, EMULATOR_LOG = "failures.log", "emulator.log"  # in the folder of logs
LINE_CHARACTERS = 400
TAIL_BYTES = 65_536  # end of a function's log in which the reason is looked for
POLL_SECONDS = 0.2  # between two looks at the file
REFUSAL = "ApiError"  # a function's exception whose text is the caller's failure as JSON
WRONG_KEY = ("Exception", "Unauthorized")  # what an authorizer raises so that API Gateway answers 401
UNAVAILABLE_STATUSES = (503, 504)  # not failures: the caller is asked to try again


class FailureLog:
    """The file of failures, which several threads write.

    Args:
        logs: folder of logs.
    """

    def __init__(self, logs: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self.path, self.lock = logs / FILE, threading.Lock()

    def report(self, message: str) -> None:
        """Write one line. Text from outside must not reach a terminal as escape codes; the log's path stays whole."""
        line = "".join(character if character.isprintable() else " " for character in message)
        if len(line) > LINE_CHARACTERS:
            reason, log, path = line.rpartition(" (log")
            line = f"{(reason or line)[: LINE_CHARACTERS - len(log + path) - 1]}…{log + path if log else ''}"
        with self.lock, self.path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


class InternalErrors(logging.Handler):
    """Handler of the emulator's own errors: what ministack, the gateway or the interpreter log as ERROR.

    Args:
        failures: gets a line for each.
    """

    def __init__(self, failures: FailureLog) -> None:
        super().__init__(logging.ERROR)
        self.failures = failures

    def emit(self, record: logging.LogRecord) -> None:
        """Report a record: its message and the exception."""
        error = record.exc_info[1] if record.exc_info else None
        reason = f": {type(error).__name__}: {error}" if error else ""
        log = self.failures.path.with_name(EMULATOR_LOG)
        self.failures.report(f"The local cloud failed: {record.getMessage()}{reason} (log: {log})")


def follow(path: Path, show: Callable[[str], None], stopped: threading.Event) -> None:
    """Call `show` with each line that the file gets, until `stopped` is set."""
    position = 0
    while True:
        last = stopped.wait(POLL_SECONDS)
        if path.is_file():
            with path.open(encoding="utf-8") as file:
                file.seek(position)
                for line in file.read().splitlines():
                    show(line)
                position = file.tell()
        if last:
            return


def function_failure(name: str, event: Any, result: dict[str, Any], log: Path) -> str | None:
    """Return the message for an invocation that failed without fault of the caller, or None.

    Args:
        name: name of the function.
        event: the invocation's.
        result: ministack's form of a result, as `LambdaEnvironments.invoke` returns it.
        log: the function's log.
    """
    body = result.get("body")
    if not isinstance(body, dict) or result.get("throttle"):
        return None
    if result.get("error"):
        kind, text = str(body.get("errorType", "")), str(body.get("errorMessage", ""))
        if (kind, text) == WRONG_KEY or (kind == REFUSAL and status_of(text) < 500):
            return None
        return f"The function {name} failed: {kind}: {text} (log: {log})"
    status = body.get("statusCode")
    if isinstance(status, int) and status >= 500 and status not in UNAVAILABLE_STATUSES:
        return f"The function {name} answered {status}: {reason_in_log(log)} (log: {log})"
    failure = body.get("failure")
    if isinstance(failure, dict) and failure.get("status", 0) >= 500 and isinstance(event, dict) and body.get("job_id"):
        error = event.get("error") or {"Error": "Stopped", "Cause": event.get("stopped", {}).get("status")}
        if "errorType" not in str(error.get("Cause", "")):  # a function's exception has its own line
            return f"A job failed: {error.get('Error')}: {error.get('Cause')} (logs of workers: {log.parent})"
    return None


def status_of(text: str) -> int:
    """Return the HTTP status in a failure as JSON; 500 if there is none."""
    try:
        return int(json.loads(text)["status"])
    except (ValueError, TypeError, KeyError):
        return 500


def last_message(log: Path) -> str:
    """Return what a worker wrote last: of a record in JSON its message, and its exception."""
    lines = log.read_text(errors="replace").strip().splitlines()
    if not lines:
        return "it wrote nothing"
    try:
        entry = json.loads(lines[-1])
    except ValueError:
        return lines[-1]
    if not isinstance(entry, dict) or "message" not in entry:
        return lines[-1]
    exception = str(entry.get("exception") or "").strip().splitlines()[-1:]
    written = ": ".join([str(entry["message"]), *exception])
    return written if entry.get("level") in ("ERROR", "CRITICAL") else f"the last that it wrote is {written!r}"


def reason_in_log(log: Path) -> str:
    """Return the reason of the newest error in a function's log, whose lines are JSON."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return "it has no log"
    for line in reversed(lines):
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.get("level") in ("ERROR", "CRITICAL"):
            exception = str(entry.get("exception") or "").strip().splitlines()
            return exception[-1] if exception else str(entry.get("message"))
    return "its log says why"
