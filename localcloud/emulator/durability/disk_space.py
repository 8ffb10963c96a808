"""Free space of the disk: requests that write are refused with 507 before the disk is full.

New work is refused well before the disk is full, so that running jobs can still write their results. Below the reserve
only log lines are written, so that no change is kept in memory alone.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from localcloud.emulator.failure_log import FailureLog

NEW_WORK_BYTES = 128 * 1024 * 1024  # the API accepts no new jobs with less free space
RESERVE_BYTES = 32 * 1024 * 1024  # the AWS endpoint accepts no writes with less free space
REPORT_SECONDS = 60.0  # between two lines on the terminal
STATUS = 507  # Insufficient Storage (RFC 4918)

Answer = Callable[[dict[str, Any], str], tuple[str, bytes]]  # scope and message → content type and body


class DiskSpace:
    """Free space where the data folder is.

    Args:
        folder: the data folder.
        failures: gets a line, at most one a minute, when something is refused.
    """

    def __init__(self, folder: Path, failures: FailureLog) -> None:
        self.folder, self.failures = folder, failures
        self.reported = -REPORT_SECONDS

    def refusal(self, incoming: int, floor: int) -> str | None:
        """Return why a request is refused, or None if it may be served.

        Args:
            incoming: bytes that the request brings.
            floor: bytes that must remain free.
        """
        free = shutil.disk_usage(self.folder).free
        if free - incoming >= floor:
            return None
        message = (
            f"The disk is full: {free // 2**20} MB are free where {self.folder} is, and {floor // 2**20} MB must "
            "remain. Nothing was stored. Make room, then send the request again."
        )
        self.report(message)
        return message

    def report(self, message: str) -> None:
        """Write a line for the terminal, unless there was one a moment ago."""
        now = time.monotonic()
        if now - self.reported >= REPORT_SECONDS:
            self.reported = now
            self.failures.report(message)


class RefuseWhenFull:
    """ASGI application around one that serves a port; answers 507 to requests that would fill the disk.

    Args:
        app: the application.
        disk: the disk.
        floor: bytes that must remain free.
        writes: tells which requests write; those that only delete are always served.
        answer: renders the message as the port's clients read it.
    """

    def __init__(
        self, app: Any, disk: DiskSpace, floor: int, writes: Callable[[dict[str, Any]], bool], answer: Answer
    ) -> None:
        self.app, self.disk, self.floor, self.writes, self.answer = app, disk, floor, writes, answer

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve or refuse a request."""
        if scope["type"] == "http" and self.writes(scope):
            headers = dict(scope["headers"])
            size = headers.get(b"content-length", b"0").decode("latin-1")
            message = self.disk.refusal(int(size) if size.isdigit() else 0, self.floor)
            if message:
                while (await receive()).get("more_body"):
                    pass  # a client that is still sending would not read the answer
                await refuse(send, *self.answer(scope, message))
                return
        await self.app(scope, receive, send)


async def refuse(send: Any, content_type: str, body: bytes) -> None:
    """Send a 507."""
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": STATUS, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def api_answer(scope: dict[str, Any], message: str) -> tuple[str, bytes]:
    """Render a refusal as the API's errors, in Deepgram's and in OpenAI's shape."""
    error = {"message": message, "type": "server_error", "param": None, "code": "insufficient_storage"}
    body = {"err_code": "INSUFFICIENT_STORAGE", "err_msg": message, "message": message, "error": error}
    return "application/json", json.dumps(body).encode()


def aws_answer(scope: dict[str, Any], message: str) -> tuple[str, bytes]:
    """Render a refusal as AWS's errors: JSON for services with JSON protocols, XML for S3 and the others."""
    if any(name == b"x-amz-target" for name, _ in scope["headers"]):
        return "application/x-amz-json-1.0", json.dumps({"__type": "InsufficientStorage", "message": message}).encode()
    return "application/xml", f"<Error><Code>InsufficientStorage</Code><Message>{message}</Message></Error>".encode()
