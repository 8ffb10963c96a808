"""Task tokens: how a worker answers the state machine that waits for a shard."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from transcriber.worker.aws_clients import code

_GONE = {"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"}
_CAUSE_LIMIT = 32_000  # Step Functions takes 32,768 characters


class Gone(Exception):
    """Nobody waits for this token any more: the job was cancelled, answered by another worker, or timed out."""


class Tokens:
    def __init__(self, states: Any) -> None:
        self._states = states

    def heartbeat(self, token: str) -> None:
        """Say that the shard is being worked on. Raises `Gone`; this is how a worker learns of a cancel."""
        self._call(self._states.send_task_heartbeat, taskToken=token)

    def success(self, token: str, output: dict[str, Any]) -> None:
        """Raises `Gone`."""
        self._call(self._states.send_task_success, taskToken=token, output=json.dumps(output))

    def failure(self, token: str, error: str, cause: str) -> None:
        """`error` is what the state machine retries or catches by, `cause` a sentence. Raises `Gone`."""
        self._call(self._states.send_task_failure, taskToken=token, error=error, cause=cause[:_CAUSE_LIMIT])

    @staticmethod
    def _call(method: Any, **arguments: Any) -> None:
        try:
            method(**arguments)
        except ClientError as error:
            if code(error) in _GONE:
                raise Gone(code(error)) from error
            raise
