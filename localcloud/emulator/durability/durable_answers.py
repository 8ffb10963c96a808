"""Answers of the AWS endpoint wait until what they acknowledge is on disk."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from localcloud.emulator.durability.disk_space import DiskSpace, aws_answer, refuse
from localcloud.emulator.durability.durable_state import DurableState
from localcloud.emulator.durability.journal import JournalFull

# Errors of files and of the journal that ministack's handlers would hide; one list a request.
write_errors: ContextVar[list[str] | None] = ContextVar("write_errors", default=None)

MESSAGE_SERVICES = (b"AmazonSQS.", b"AWSEvents.")  # begin of X-Amz-Target of requests that may change queues


def note_write_error(error: Exception) -> None:
    """Let the current request be answered with 507."""
    errors = write_errors.get()
    if errors is not None:
        errors.append(str(error))


class DurableAnswers:
    """ASGI application around ministack's; commits the journal before an answer's first byte is sent.

    Where that fails, or a file could not be written, the answer is 507 in place of ministack's.

    Args:
        app: ministack's ASGI application.
        state: what the requests change.
        disk: reports the failure to the terminal.
    """

    def __init__(self, app: Any, state: DurableState, disk: DiskSpace) -> None:
        self.app, self.state, self.disk = app, state, disk

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        errors: list[str] = []
        refused = False

        async def send_durable(message: dict[str, Any]) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and (failure := self.commit(scope, errors)):
                refused = True
                await refuse(send, *aws_answer(scope, failure))
            if not refused:
                await send(message)

        token = write_errors.set(errors)
        try:
            await self.app(scope, receive, send_durable)
        finally:
            write_errors.reset(token)

    def commit(self, scope: dict[str, Any], errors: list[str]) -> str | None:
        """Write what the request changed; return a message if that is impossible."""
        target = next((value for name, value in scope["headers"] if name == b"x-amz-target"), b"")
        if target.startswith(MESSAGE_SERVICES):
            self.state.save_messages()
        try:
            self.state.journal.commit()
        except JournalFull as error:
            errors.append(str(error))
        if not errors:
            return None
        message = f"{self.disk.folder} could not be written: {errors[0]}. Nothing was stored."
        self.disk.report(message)
        return message
