"""Step Functions: executions of state machines in moto's interpreter, behind ministack's API.

ministack keeps the API, the stores, CloudFormation and EventBridge. The patch `ministack_states_api` puts the methods
of ExecutionRunner in the place of ministack's own interpreter.
"""

from __future__ import annotations

import copy
import json
import logging
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from localcloud.emulator.durability.durable_state import INTERRUPTED_ERROR, DurableState
from localcloud.emulator.durability.journal import JournalFull
from localcloud.emulator.durability.packed_history import PackedHistory

# Quotas of Step Functions (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). moto knows the
# first one for what a Lambda function returns; nothing in the emulators counts events.
MAX_DATA_BYTES = 256 * 1024  # of the input of an execution, and of the output of a task
MAX_HISTORY_EVENTS = 25_000  # then an execution fails
MAX_FINISHED_EXECUTIONS = 1000  # kept with their histories; AWS keeps them for 90 days
TOKEN = re.compile(r"[0-9a-f-]{36}")  # the form of moto's task tokens

logger = logging.getLogger("earshot.step_functions")

Operation = Callable[[dict[str, Any]], Any]  # an operation of ministack's API: request document → response


class ExecutionRunner:
    """Runs executions, and answers the operations of the API that depend on running ones.

    Args:
        state: told of every execution that begins or ends.
    """

    def __init__(self, state: DurableState) -> None:
        import ministack.services.stepfunctions as states
        from moto.stepfunctions.parser.asl.eval.callback import callback
        from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

        self.states, self.callback, self.parser = states, callback, AmazonStateLanguageParser
        self.state = state
        self.running: dict[str, Any] = {}
        self.lock = threading.Lock()

    def run(self, arn: str) -> None:
        """Run an execution that ministack has registered, to its end, on this thread."""
        record = self.states._executions[arn]
        machine = self.states._state_machines.get(record["stateMachineArn"])
        if machine is None:
            self.states._fail_execution(record, "StateMachineDeleted", "The state machine no longer exists.")
            self.state.save_execution(arn)
            return
        execution = self.new_execution(arn, record, machine)
        with self.lock:
            self.running[arn] = execution
        try:
            execution.exec_worker._execution_logic()
        except Exception as error:
            if not self.state.is_stopping:
                logger.exception("The execution %s", arn)
                self.states._fail_execution(record, "States.Runtime", f"{type(error).__name__}: {error}")
        finally:
            with self.lock:
                del self.running[arn]
        if self.is_outcome(execution):
            self.record_outcome(record, execution)

    def new_execution(self, arn: str, record: dict[str, Any], machine: dict[str, Any]) -> Any:
        """Return moto's execution for ministack's records of an execution and its state machine."""
        from moto.stepfunctions.parser.api import ExecutionStatus, StateMachineType
        from moto.stepfunctions.parser.backend.execution import Execution

        _, _, _, region, account, _ = arn.split(":", 5)
        instance: Any = SimpleNamespace(
            arn=record["stateMachineArn"],
            name=machine["name"],
            definition=machine["definition"],
            sm_type=StateMachineType.STANDARD,
        )
        execution = Execution(
            name=record["name"],
            sm_type=StateMachineType.STANDARD,
            role_arn=machine["roleArn"],
            exec_arn=arn,
            account_id=account,
            region_name=region,
            state_machine=instance,
            start_date=datetime.fromisoformat(record["startDate"].replace("Z", "+00:00")),
            cloud_watch_logging_session=None,
            activity_store={},
            input_data=record["input"],
        )
        execution.exec_status = ExecutionStatus.RUNNING
        execution.exec_worker = execution._get_start_execution_worker()
        return execution

    def is_outcome(self, execution: Any) -> bool:
        """Return whether an execution has ended by itself.

        While the emulator stops, functions and AWS's API cannot be reached any more: what fails then was interrupted.
        It stays recorded as running, and the next start runs it again.
        """
        return not self.state.is_stopping or execution.exec_status.value == "SUCCEEDED"

    def record_outcome(self, record: dict[str, Any], execution: Any) -> None:
        """Write history and outcome into ministack's record, unless StopExecution already wrote the outcome."""
        from moto.stepfunctions.parser import utils

        events = PackedHistory(to_json_value(execution.to_history_output()["events"]))
        with self.lock:  # ministack's StopExecution adds an event to a record that runs, and none to one that has ended
            record["events"], has_ended_here = events, record["status"] == "RUNNING"
            if has_ended_here:
                self.write_outcome(record, execution)
        if has_ended_here:
            self.states._emit_execution_status_event(record)
        # moto adds every thread to this list and removes none.
        utils.TMP_THREADS[:] = [thread for thread in utils.TMP_THREADS if thread.is_alive()]
        with self.lock:
            finished = [a for a, r in list(self.states._executions.items()) if r["status"] != "RUNNING"]
            for oldest in finished[: max(0, len(finished) - MAX_FINISHED_EXECUTIONS)]:
                self.states._executions.pop(oldest, None)
                self.state.save_execution(oldest)
        self.state.save_execution(record["executionArn"])
        self.state.save_messages()
        with suppress(JournalFull):  # the next commit takes these changes along
            self.state.journal.commit()

    def write_outcome(self, record: dict[str, Any], execution: Any) -> None:
        """Write how an execution has ended by itself into ministack's record."""
        record["stopDate"] = self.states.now_iso()
        record["status"] = execution.exec_status.value
        if len(record["events"]) > MAX_HISTORY_EVENTS:
            cause = f"The execution reached the maximum number of history events ({MAX_HISTORY_EVENTS})."
            record["status"], record["error"], record["cause"] = "FAILED", "States.Runtime", cause
        elif record["status"] == "SUCCEEDED":
            record["output"] = json.dumps(execution.output)
        else:
            record["error"], record["cause"] = execution.error, execution.cause

    def create_state_machine(self, original: Operation, data: dict[str, Any]) -> Any:
        """Run CreateStateMachine, which rejects a definition that the interpreter cannot read."""
        try:
            self.parser.parse(data.get("definition", ""))
        except Exception as error:
            return self.states.error_response_json("InvalidDefinition", str(error)[:500], 400)
        return original(data)

    def start_execution(self, original: Operation, data: dict[str, Any]) -> Any:
        """Run StartExecution, which on AWS returns the running execution of the same name and input.

        An execution that a stop of the emulator interrupted starts again (`localcloud.restart`).
        """
        if refusal := self.refuse_size("input", data):
            return refusal
        machine = data.get("stateMachineArn", "")
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{data.get('name')}"
        record = self.states._executions.get(arn)
        if record and record["status"] == "RUNNING" and record["input"] == data.get("input", "{}"):
            return self.states.json_response({"executionArn": arn, "startDate": record["startDate"]})
        if record and record.get("error") == INTERRUPTED_ERROR:
            self.states._executions.pop(arn)
        answer = original(data)
        if answer[0] == 200:
            self.state.save_execution(json.loads(answer[2])["executionArn"])
        return answer

    def refuse_size(self, member: str, data: dict[str, Any]) -> Any | None:
        """Return the refusal of a request whose JSON member is larger than AWS takes; None for others."""
        if len(str(data.get(member, "")).encode()) <= MAX_DATA_BYTES:
            return None
        message = (
            f"1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must have length "
            f"less than or equal to {MAX_DATA_BYTES}"
        )
        return self.states.error_response_json("ValidationException", message, 400)

    def stop_execution(self, original: Operation, data: dict[str, Any]) -> Any:
        """Run StopExecution, which also wakes every state that waits for a task token."""
        with self.lock:
            answer = original(data)
        self.state.save_execution(data.get("executionArn", ""))
        execution: Any = self.running.get(data.get("executionArn", ""))
        env = execution and execution.exec_worker.env
        if env:
            execution.stop(datetime.now(UTC), data.get("error"), data.get("cause"))
            for endpoint in list(env.callback_pool_manager._pool.values()):
                endpoint.interrupt_all()
        return answer

    def send_task_success(self, data: dict[str, Any]) -> Any:
        """Run SendTaskSuccess."""
        if refusal := self.refuse_size("output", data):
            return refusal
        outcome = self.callback.CallbackOutcomeSuccess
        return self.answer_token(data, lambda e: e.notify(outcome(data["taskToken"], data.get("output", "{}"))))

    def send_task_failure(self, data: dict[str, Any]) -> Any:
        """Run SendTaskFailure."""
        outcome = self.callback.CallbackOutcomeFailure
        error, cause = data.get("error"), data.get("cause")
        return self.answer_token(data, lambda e: e.notify(outcome(data["taskToken"], error, cause)))

    def send_task_heartbeat(self, data: dict[str, Any]) -> Any:
        """Run SendTaskHeartbeat."""
        return self.answer_token(data, lambda endpoint: endpoint.notify_heartbeat())

    def answer_token(self, data: dict[str, Any], notify: Callable[[Any], None]) -> Any:
        """Notify the endpoint of a request's task token; answer as AWS does when none waits for it."""
        token = data.get("taskToken", "")
        if not TOKEN.fullmatch(token):
            return self.states.error_response_json("InvalidToken", "Invalid Token: 'Invalid token'", 400)
        endpoint = self.callback_endpoint(token)
        if endpoint is None:
            return self.states.error_response_json("TaskTimedOut", "Task Timed Out: 'The task is closed'", 400)
        notify(endpoint)
        return self.states.json_response({})

    def callback_endpoint(self, token: str) -> Any | None:
        """Return moto's endpoint at which a state waits for this token, or None when no state does."""
        with self.lock:
            executions = list(self.running.values())
        for execution in executions:
            env = execution.exec_worker.env
            endpoint = env and env.callback_pool_manager.get(token)
            if endpoint:
                waiting = env.is_running() and not endpoint._notify_event.is_set() and not endpoint.consumer_error
                return endpoint if waiting else None
        return None


def to_json_value(value: Any) -> Any:
    """Return moto's history as ministack keeps and saves it: times are ISO strings."""
    if isinstance(value, dict):
        return {key: to_json_value(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [to_json_value(inner) for inner in value]
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return copy.copy(value)
