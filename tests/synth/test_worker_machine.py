"""The Worker machine: launches, their deadlines, and what follows the end of a worker."""

from __future__ import annotations

from typing import Any

import pytest

from earshot_contract.timeouts import ON_DEMAND_LAUNCH_SECONDS, SPOT_LAUNCH_SECONDS
from earshot_contract.worker_kinds import WorkerFailure
from tests.synth.assembly import Assembly
from tests.synth.state_machine_checks import delays, types

WORKER_STATES = {
    "LaunchSpot": "Parallel",
    "KeepSlotOnDemand": "Task",
    "StillOursOnDemand?": "Choice",
    "LeaseLostOnDemand": "Succeed",
    "LaunchOnDemand": "Parallel",
    "SettleSlot": "Task",
    "WorkLeft?": "Choice",
    "RenewLease": "Pass",
    "Drained": "Succeed",
    "CoolSlot": "Task",
    "DiedAtWork?": "Choice",
    "NoWorker": "Fail",
    "WorkerDied": "Fail",
    "WorkersKeepDying": "Fail",
    "LeaseLost": "Succeed",
    "Kind?": "Choice",
    "RunQuickWorker": "Task",
}


@pytest.fixture
def worker(assembly: Assembly) -> dict[str, Any]:
    return assembly.state_machines()["worker"]


def test_worker_machine_has_the_agreed_states(worker: dict[str, Any]) -> None:
    assert types(worker) == WORKER_STATES
    assert worker["StartAt"] == "Kind?"


def branches(worker: dict[str, Any], kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the states of a launch: those that run the task, and those that watch its deadline."""
    run, deadline = worker["States"][f"Launch{kind}"]["Branches"]
    return run["States"], deadline["States"]


def test_worker_container_gets_slot_lease_and_idle_seconds(worker: dict[str, Any]) -> None:
    for kind in ("Spot", "OnDemand"):
        state = branches(worker, kind)[0][f"RunWorker{kind}"]
        assert state["Resource"].endswith(":ecs:runTask.sync")
        [override] = state["Parameters"]["Overrides"]["ContainerOverrides"]
        assert override["Name"] == "transcriber"
        assert {v["Name"]: v["Value.$"] for v in override["Environment"]} == {
            "SLOT": "$.slot",
            "LEASE": "$.lease",
            "IDLE_SECONDS": "States.Format('{}', $.idle)",
        }


def test_launch_falls_back_to_on_demand_then_cools_slot(worker: dict[str, Any]) -> None:
    def catches(state: str) -> list[tuple[list[str], str]]:
        return [(c["ErrorEquals"], c["Next"]) for c in worker["States"][state]["Catch"]]

    ended = (["Worker.Ended"], "SettleSlot")
    assert catches("LaunchSpot") == [ended, (["States.ALL"], "KeepSlotOnDemand")]
    assert catches("LaunchOnDemand") == [ended, (["States.ALL"], "CoolSlot")]
    assert worker["States"]["CoolSlot"]["Next"] == "DiedAtWork?"
    died = worker["States"]["DiedAtWork?"]
    assert {
        str(choice.get("StringEquals", choice.get("BooleanEquals"))): choice["Next"] for choice in died["Choices"]
    } == {
        "True": "RenewLease",
        WorkerFailure.DIED: "WorkerDied",
        WorkerFailure.KEEPS_DYING: "WorkersKeepDying",
        WorkerFailure.LEASE_LOST: "LeaseLost",
    }
    assert died["Default"] == "NoWorker", "the only failure that is named after the launch"
    [kept] = worker["States"]["StillOursOnDemand?"]["Choices"]
    assert (kept["Variable"], kept["Next"]) == ("$.kept.Payload.held", "LaunchOnDemand")
    assert worker["States"]["StillOursOnDemand?"]["Default"] == "LeaseLostOnDemand", "another execution has the slot"


def test_launch_has_a_deadline_that_stops_its_task(worker: dict[str, Any]) -> None:
    """A task without an instance stays in PROVISIONING; a failing branch makes Step Functions stop the other one."""
    for kind, seconds in (("Spot", SPOT_LAUNCH_SECONDS), ("OnDemand", ON_DEMAND_LAUNCH_SECONDS)):
        _, deadline = branches(worker, kind)
        assert deadline[f"LaunchDeadline{kind}"]["Seconds"] == seconds
        assert deadline[f"LaunchDeadline{kind}"]["Next"] == f"CheckStart{kind}"
        [started] = deadline[f"Started{kind}?"]["Choices"]
        assert (started["Variable"], started["Next"]) == ("$.check.Payload.started", f"Started{kind}")
        assert deadline[deadline[f"Started{kind}?"]["Default"]]["Error"] == "Worker.NotStarted"
        [no_answer] = deadline[f"CheckStart{kind}"]["Catch"]
        assert no_answer["Next"] == f"Started{kind}", "no answer is no reason to stop a worker"


def test_ended_worker_ends_its_launch_without_the_deadline(worker: dict[str, Any]) -> None:
    """A branch that succeeds would leave the state waiting for its other branch."""
    for kind in ("Spot", "OnDemand"):
        run, _ = branches(worker, kind)
        task = run[f"RunWorker{kind}"]
        assert run[task["Next"]]["Error"] == "Worker.Ended"
        timed_out, failed = task["Catch"]
        assert (timed_out["ErrorEquals"], timed_out["Next"]) == (["States.Timeout"], task["Next"])
        assert run[failed["Next"]] == {"Type": "Fail", "Error": "Worker.Failed", "CausePath": "$.error.Cause"}


def test_launch_of_any_revision_is_allowed(worker: dict[str, Any], assembly: Assembly) -> None:
    """A launch gets the newest revision of the family: during an upgrade not that of the template of the role."""
    _, definition = assembly.resource("ECS::TaskDefinition")
    for kind in ("Spot", "OnDemand"):
        assert branches(worker, kind)[0][f"RunWorker{kind}"]["Parameters"]["TaskDefinition"] == definition["Family"]
    allowed = [str(s["Resource"]) for s in assembly.policy_statements("WorkersMachineRole") if "RunTask" in str(s)]
    assert any(f":task-definition/{definition['Family']}:*" in resource for resource in allowed)


def test_reason_of_a_failed_launch_reaches_the_log(worker: dict[str, Any]) -> None:
    for name in ("KeepSlotOnDemand", "CoolSlot"):
        assert worker["States"][name]["Parameters"]["Payload"]["error.$"] == "$.error"


def test_throttled_launch_is_retried_under_both_error_names(worker: dict[str, Any]) -> None:
    for kind in ("Spot", "OnDemand"):
        [retry] = branches(worker, kind)[0][f"RunWorker{kind}"]["Retry"]
        assert {"ECS.AmazonECSException", "ECS.InvalidParameterException"} <= set(retry["ErrorEquals"])
        assert delays(retry) > ON_DEMAND_LAUNCH_SECONDS / 2, "on average until the deadline"


def test_settle_payload_has_failed_flag(worker: dict[str, Any]) -> None:
    slot = {"slot.$": "$.slot", "lease.$": "$.lease"}
    payloads = {name: worker["States"][name]["Parameters"]["Payload"] for name in ("SettleSlot", "CoolSlot")}
    execution = {"execution.$": "$$.Execution.Name", "worker.$": "$.kind"}
    assert payloads["SettleSlot"] == {**slot, "failed": False, **execution}
    assert payloads["CoolSlot"] == {**payloads["SettleSlot"], "failed": True, "error.$": "$.error"}


def test_work_left_relaunches_with_renewed_lease(worker: dict[str, Any]) -> None:
    [choice] = worker["States"]["WorkLeft?"]["Choices"]
    assert choice["Variable"] == "$.settled.Payload.relaunch"
    assert choice["Next"] == "RenewLease"
    assert worker["States"]["SettleSlot"]["ResultPath"] == "$.settled"
    renew = worker["States"]["RenewLease"]
    assert renew["Parameters"] == {
        "slot.$": "$.slot",
        "lease.$": "$.settled.Payload.lease",
        "idle.$": "$.settled.Payload.idle",
        "kind.$": "$.kind",
        "queues.$": "$.settled.Payload.queues",
    }
    assert renew["Next"] == worker["StartAt"] == "Kind?"
    [quick] = worker["States"]["Kind?"]["Choices"]
    assert (quick["StringEquals"], quick["Next"]) == ("quick", "RunQuickWorker")
    assert worker["States"]["Kind?"]["Default"] == "LaunchSpot"
    assert worker["States"]["RunQuickWorker"]["Catch"][0]["Next"] == "CoolSlot"
