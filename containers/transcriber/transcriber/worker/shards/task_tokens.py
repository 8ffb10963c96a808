"""Step Functions task tokens: heartbeat, success and failure of the task that waits for a shard."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from earshot_contract.aws_errors import CLOSED_TOKEN_ERRORS, error_code

_MAX_CAUSE_LENGTH = 32_000  # characters; SendTaskFailure accepts 32,768


class TaskTokenClosed(Exception):
    """No task waits for this token any more: the job was cancelled, answered by another worker, or timed out."""


class TaskTokens:
    """Sends a worker's answers to Step Functions."""

    def __init__(self, step_functions: Any) -> None:
        self._step_functions = step_functions

    def heartbeat(self, token: str) -> None:
        """Report that the shard is being processed. A worker learns of a cancelled job by this call.

        Raises:
            TaskTokenClosed: no task waits for the token.
        """
        self._call(self._step_functions.send_task_heartbeat, taskToken=token)

    def success(self, token: str, output: dict[str, Any]) -> None:
        """Complete the task with `output`.

        Raises:
            TaskTokenClosed: no task waits for the token.
        """
        self._call(self._step_functions.send_task_success, taskToken=token, output=json.dumps(output))

    def failure(self, token: str, error: str, cause: str) -> None:
        """Fail the task.

        Args:
            token: task token of the shard's message.
            error: error name by which the state machine retries or catches.
            cause: the error message; truncated to 32,000 characters.

        Raises:
            TaskTokenClosed: no task waits for the token.
        """
        self._call(
            self._step_functions.send_task_failure, taskToken=token, error=error, cause=cause[:_MAX_CAUSE_LENGTH]
        )

    @staticmethod
    def _call(method: Any, **arguments: Any) -> None:
        try:
            method(**arguments)
        except ClientError as error:
            if error_code(error) in CLOSED_TOKEN_ERRORS:
                raise TaskTokenClosed(error_code(error)) from error
            raise
