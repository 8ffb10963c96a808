"""Outcome of an execution: StopExecution that arrives while the execution ends by itself."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from localcloud.emulator.durability.packed_history import PackedHistory
from localcloud.emulator.step_functions import ExecutionRunner

ARN = "arn:aws:states:us-east-1:000000000000:execution:machine:name"


class Ended:
    """moto's execution, which has succeeded."""

    def __init__(self) -> None:
        self.error = self.cause = None
        self.output: dict[str, Any] = {}
        self.exec_status = SimpleNamespace(value="SUCCEEDED")

    def to_history_output(self) -> dict[str, Any]:
        return {"events": [{"type": "ExecutionSucceeded"}]}


@pytest.fixture
def runner() -> Any:
    made: Any = ExecutionRunner.__new__(ExecutionRunner)
    made.lock, made.running, made.emitted = threading.Lock(), {}, []
    made.record = {"status": "RUNNING", "executionArn": ARN, "events": []}
    made.states = SimpleNamespace(
        now_iso=lambda: "now",
        _executions={ARN: made.record},
        _emit_execution_status_event=lambda record: made.emitted.append(record["status"]),
    )
    nothing = SimpleNamespace(commit=lambda: None)
    made.state = SimpleNamespace(save_execution=lambda _: None, save_messages=lambda: None, journal=nothing)
    return made


@pytest.mark.slow
def test_stop_that_meets_the_end_leaves_one_outcome(runner: Any) -> None:
    looked, ended = threading.Event(), threading.Event()

    def stop(_: dict[str, Any]) -> str:
        """Stop as ministack does: look at the status, write another one, add an event."""
        if runner.record["status"] != "RUNNING":
            return "Execution is not running"
        looked.set()
        ended.wait(0.5)  # the execution ends meanwhile, unless it waits
        runner.record["status"] = "ABORTED"
        runner.record["events"].append({"type": "ExecutionAborted"})
        return "stopped"

    answers: list[Any] = []
    stopping = threading.Thread(target=lambda: answers.append(runner.stop_execution(stop, {"executionArn": ARN})))
    stopping.start()
    assert looked.wait(5)
    runner.record_outcome(runner.record, Ended())
    ended.set()
    stopping.join(5)

    assert answers == ["stopped"], "it met the history of an execution that had ended"
    assert (runner.record["status"], runner.emitted) == ("ABORTED", []), "ministack has announced the stop"
    assert isinstance(runner.record["events"], PackedHistory)
    assert runner.stop_execution(stop, {"executionArn": ARN}) == "Execution is not running"


def test_end_before_a_stop_is_announced_once(runner: Any) -> None:
    runner.record_outcome(runner.record, Ended())
    assert (runner.record["status"], runner.record["output"], runner.emitted) == ("SUCCEEDED", "{}", ["SUCCEEDED"])


@pytest.mark.parametrize("raises", [False, True], ids=["state fails", "interpreter fails"])
@pytest.mark.parametrize(("is_stopping", "status"), [(False, "FAILED"), (True, "RUNNING")])
def test_failure_while_the_emulator_stops_is_no_outcome(
    runner: Any, raises: bool, is_stopping: bool, status: str
) -> None:
    """AWS's endpoint is closed before the process ends: running tasks fail, and must run again after the next start."""

    def work() -> None:
        if raises:
            raise KeyError("RequestId")

    execution: Any = Ended()
    execution.exec_status.value, execution.error = "FAILED", "States.Runtime"
    execution.exec_worker = SimpleNamespace(_execution_logic=work)
    runner.new_execution = lambda *_: execution
    runner.record["stateMachineArn"] = "machine"
    runner.states._state_machines = {"machine": {}}
    runner.states._fail_execution = lambda record, error, cause: record.update(status="FAILED", error=error)
    runner.state.is_stopping = is_stopping

    runner.run(ARN)

    assert runner.record["status"] == status
    assert runner.running == {}


def test_success_while_the_emulator_stops_is_recorded(runner: Any) -> None:
    runner.state.is_stopping = True

    assert runner.is_outcome(Ended())
