"""State machines run in moto's interpreter, behind ministack's `states` API.

ministack keeps what it does well: the API, the stores, CloudFormation, EventBridge. Its own interpreter ignores
TimeoutSeconds and waits 150 ms before it begins.
"""

from __future__ import annotations

import copy
import json
import logging
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from localcloud.patches import moto_interpreter
from localcloud.patches.registry import original, replace
from localcloud.restart import INTERRUPTED_ERROR

STATES = "ministack.services.stepfunctions"
CALLBACK = "moto.stepfunctions.parser.asl.eval.callback.callback"
WORKER = "moto.stepfunctions.parser.backend.execution_worker:ExecutionWorker"
PARSER = "moto.stepfunctions.parser.asl.parse.asl_parser:AmazonStateLanguageParser"
MAX_FINISHED_EXECUTIONS = 1000  # finished executions; AWS keeps 90 days
TOKEN = re.compile(r"[0-9a-f-]{36}")  # as moto makes them


class ExecutionRunner:
    """The executions that run now."""

    def __init__(self) -> None:
        moto_interpreter.leave_out_batch()
        import ministack.services.stepfunctions as states
        from moto.stepfunctions.parser.asl.eval.callback import callback

        self.states, self.callback = states, callback
        self.running: dict[str, Any] = {}
        self.lock = threading.Lock()
        self.parse = lru_cache(maxsize=16)(original(f"{PARSER}.parse"))

    def install(self, endpoint: str) -> None:
        moto_interpreter.install(endpoint)
        # Every failed state is logged there with its whole parse tree; the execution's history says it better.
        logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)
        replace(f"{WORKER}._get_evaluation_entrypoint", lambda worker: self.parsed_definition(worker))
        replace(f"{STATES}:_run_execution", self.run)
        self.create = replace(f"{STATES}:_create_state_machine", self.create_state_machine)
        self.start = replace(f"{STATES}:_start_execution", self.start_execution)
        self.abort = replace(f"{STATES}:_stop_execution", self.stop_execution)
        outcomes = self.callback
        replace(
            f"{STATES}:_send_task_success",
            self.task_token_operation(lambda token, d: outcomes.CallbackOutcomeSuccess(token, d.get("output", "{}"))),
        )
        replace(
            f"{STATES}:_send_task_failure",
            self.task_token_operation(
                lambda token, d: outcomes.CallbackOutcomeFailure(token, d.get("error"), d.get("cause"))
            ),
        )
        replace(f"{STATES}:_send_task_heartbeat", self.task_token_operation(lambda token, d: None))

    def parsed_definition(self, worker: Any) -> Any:
        """The machine's definition, parsed once: what changes while it runs is kept in its environment."""
        definition = worker._evaluation_details.state_machine_details.definition
        return self.parse(definition)[0]

    def run(self, arn: str) -> None:
        """Run an execution that ministack has registered, to its end, on this thread."""
        record = self.states._executions[arn]
        machine = self.states._state_machines.get(record["stateMachineArn"])
        if machine is None:
            self.states._fail_execution(record, "StateMachineDeleted", "The state machine no longer exists.")
            return
        execution = self.new_execution(arn, record, machine)
        with self.lock:
            self.running[arn] = execution
        try:
            execution.exec_worker._execution_logic()
        except Exception as error:
            self.states._fail_execution(record, "States.Runtime", f"{type(error).__name__}: {error}")
        finally:
            with self.lock:
                del self.running[arn]
        self.record_outcome(record, execution)

    def new_execution(self, arn: str, record: dict[str, Any], machine: dict[str, Any]) -> Any:
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

    def record_outcome(self, record: dict[str, Any], execution: Any) -> None:
        """Write the outcome into ministack's record, unless a StopExecution already did."""
        from moto.stepfunctions.parser import utils

        record["events"] = to_json_value(execution.to_history_output()["events"])
        if record["status"] == "RUNNING":
            record["stopDate"] = self.states.now_iso()
            record["status"] = execution.exec_status.value
            if record["status"] == "SUCCEEDED":
                record["output"] = json.dumps(execution.output)
            else:
                record["error"], record["cause"] = execution.error, execution.cause
            self.states._emit_execution_status_event(record)
        utils.TMP_THREADS[:] = [thread for thread in utils.TMP_THREADS if thread.is_alive()]  # moto never forgets one
        with self.lock:
            finished = [a for a, r in list(self.states._executions.items()) if r["status"] != "RUNNING"]
            for old in finished[: max(0, len(finished) - MAX_FINISHED_EXECUTIONS)]:
                self.states._executions.pop(old, None)

    def create_state_machine(self, data: dict[str, Any]) -> Any:
        """CreateStateMachine, refusing what the interpreter cannot read."""
        try:
            self.parse(data.get("definition", ""))
        except Exception as error:
            return self.states.error_response_json("InvalidDefinition", str(error)[:500], 400)
        return self.create(data)

    def start_execution(self, data: dict[str, Any]) -> Any:
        """StartExecution, which on AWS answers the running execution of the same name and input again.

        One that a stop of the emulator interrupted begins again (`recovery.resume`).
        """
        machine = data.get("stateMachineArn", "")
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{data.get('name')}"
        record = self.states._executions.get(arn)
        if record and record["status"] == "RUNNING" and record["input"] == data.get("input", "{}"):
            return self.states.json_response({"executionArn": arn, "startDate": record["startDate"]})
        if record and record.get("error") == INTERRUPTED_ERROR:
            self.states._executions.pop(arn)
        return self.start(data)

    def stop_execution(self, data: dict[str, Any]) -> Any:
        """StopExecution, and wake whatever waits for a task token."""
        answer = self.abort(data)
        execution: Any = self.running.get(data.get("executionArn", ""))
        env = execution and execution.exec_worker.env
        if env:
            execution.stop(datetime.now(UTC), data.get("error"), data.get("cause"))
            for endpoint in list(env.callback_pool_manager._pool.values()):
                endpoint.interrupt_all()
        return answer

    def task_token_operation(self, outcome_of: Callable[[str, dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
        """A SendTask… operation: what it does with the token's endpoint, if that still waits."""

        def operation(data: dict[str, Any]) -> Any:
            token = data.get("taskToken", "")
            if not TOKEN.fullmatch(token):
                return self.states.error_response_json("InvalidToken", "Invalid Token: 'Invalid token'", 400)
            endpoint = self.callback_endpoint(token)
            if endpoint is None:
                return self.states.error_response_json("TaskTimedOut", "Task Timed Out: 'The task is closed'", 400)
            outcome = outcome_of(token, data)
            if outcome is None:
                endpoint.notify_heartbeat()
            else:
                endpoint.notify(outcome)
            return self.states.json_response({})

        return operation

    def callback_endpoint(self, token: str) -> Any | None:
        """Where a state waits for this token, or None when none does any more."""
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
    """History as ministack keeps and persists it: times are ISO strings."""
    if isinstance(value, dict):
        return {key: to_json_value(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [to_json_value(inner) for inner in value]
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return copy.copy(value)
