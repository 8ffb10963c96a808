"""The state machines: sound, with the agreed states, and saying to the functions what those expect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from earshot_contract.shards import ShardError
from tests.synth.asl import faults
from tests.synth.assembly import Assembly

JOB = {
    "Prepare": "Task",
    "Known?": "Choice",
    "AlreadyKnown": "Succeed",
    "Shards": "Map",
    "Assemble": "Task",
    "Announce": "Task",
    "Done": "Succeed",
    "Fail": "Task",
    "Failed": "Fail",
}
WORKER = {
    "RunWorkerSpot": "Task",
    "RunWorkerOnDemand": "Task",
    "SettleSlot": "Task",
    "WorkLeft?": "Choice",
    "RenewLease": "Pass",
    "Drained": "Succeed",
    "CoolSlot": "Task",
    "NoWorker": "Fail",
}


@pytest.fixture
def job(assembly: Assembly) -> dict[str, Any]:
    return assembly.machines()["job"]


@pytest.fixture
def worker(assembly: Assembly) -> dict[str, Any]:
    return assembly.machines()["worker"]


def types(machine: dict[str, Any]) -> dict[str, str]:
    return {name: state["Type"] for name, state in machine["States"].items()}


def test_both_machines_are_sound(assembly: Assembly) -> None:
    assert {name: faults(machine) for name, machine in assembly.machines().items()} == {"job": [], "worker": []}


@pytest.mark.parametrize(
    ("breakage", "fault"),
    [
        (lambda s: s["Assemble"].update(Next="Anounce"), "Assemble goes to Anounce, which is no state"),
        (lambda s: s["Prepare"]["Catch"][0].update(Next="Oops"), "Prepare goes to Oops, which is no state"),
        (lambda s: s["Known?"]["Choices"][0].update(Next="Done"), "Shards cannot be reached"),
        (lambda s: s["Known?"].pop("Default"), "Known? has no Default"),
        (lambda s: s["Announce"].pop("Next"), "Announce needs either Next or End"),
        (lambda s: s["Fail"].update(QueryLanguage="JSONata"), "Fail uses QueryLanguage"),
        (lambda s: s["Prepare"].pop("TimeoutSeconds"), "Prepare could wait for ever"),
        (
            lambda s: s["Shards"]["ItemProcessor"]["States"]["TranscribeFast"].update(HeartbeatSeconds=60),
            "Shards/TranscribeFast has a heartbeat",
        ),
    ],
)
def test_the_check_finds_what_is_broken(
    gpu: Assembly, breakage: Callable[[dict[str, Any]], object], fault: str
) -> None:
    machine = gpu.machines()["job"]
    breakage(machine["States"])
    assert fault in "\n".join(faults(machine))


# -- the Job machine ---------------------------------------------------------------------------------------


def test_a_job_goes_through_the_agreed_states(job: dict[str, Any]) -> None:
    assert types(job) == JOB
    assert job["StartAt"] == "Prepare"
    shards = job["States"]["Shards"]["ItemProcessor"]
    assert types(shards) == {"Lane?": "Choice", "TranscribeFast": "Task", "TranscribeBulk": "Task"}
    path, state = [], "Prepare"
    while state != "Done":
        path.append(state)
        here = job["States"][state]
        state = here["Next"] if "Next" in here else here["Choices"][0]["Next"]
    assert path == ["Prepare", "Known?", "Shards", "Assemble", "Announce"]


def test_functions_get_what_they_expect(job: dict[str, Any]) -> None:
    def payload(state: str) -> dict[str, str]:
        return job["States"][state]["Parameters"]["Payload"]

    assert payload("Prepare") == {"input.$": "$", "execution.$": "$$.Execution.Id"}
    assert payload("Assemble") == payload("Announce") == {"job_id.$": "$.job_id"}
    assert payload("Fail") == {
        "input.$": "$$.Execution.Input",
        "execution.$": "$$.Execution.Id",
        "error.$": "$.error",
    }


def test_an_answer_becomes_the_next_ones_input(job: dict[str, Any]) -> None:
    for state in ("Prepare", "Assemble", "Announce"):
        assert job["States"][state]["OutputPath"] == "$.Payload"


def test_each_state_calls_the_function_of_its_name(job: dict[str, Any]) -> None:
    for state in ("Prepare", "Assemble", "Announce", "Fail"):
        assert f":Functions{state}" in job["States"][state]["Parameters"]["FunctionName"]


def test_work_starts_only_when_prepare_says_go(job: dict[str, Any]) -> None:
    [choice] = job["States"]["Known?"]["Choices"]
    assert choice == {"Variable": "$.go", "BooleanEquals": True, "Next": "Shards"}
    assert job["States"]["Known?"]["Default"] == "AlreadyKnown"


def test_every_shard_waits_in_its_lane_for_a_workers_answer(job: dict[str, Any]) -> None:
    shards = job["States"]["Shards"]
    assert shards["ItemsPath"] == "$.shards"
    assert shards["ItemSelector"] == {"shard.$": "$$.Map.Item.Value", "interactive.$": "$.interactive"}
    assert shards["ResultPath"] is None, "the state goes on with job_id, not with 40 results"
    assert shards["MaxConcurrency"] == 40
    states = shards["ItemProcessor"]["States"]
    assert states["Lane?"]["Choices"] == [
        {"Variable": "$.interactive", "BooleanEquals": True, "Next": "TranscribeFast"}
    ]
    assert states["Lane?"]["Default"] == "TranscribeBulk"
    for lane in ("Fast", "Bulk"):
        state = states[f"Transcribe{lane}"]
        assert state["Resource"].endswith(":sqs:sendMessage.waitForTaskToken")
        assert state["Parameters"]["QueueUrl"].startswith(f"Queues{lane}")
        assert state["Parameters"]["MessageBody"] == {"task_token.$": "$$.Task.Token", "shard.$": "$.shard"}
        assert state["TimeoutSeconds"] == 6 * 3600


def test_a_workers_verdict_is_final_and_everything_else_is_tried_again(job: dict[str, Any]) -> None:
    for lane in ("Fast", "Bulk"):
        final, again = job["States"]["Shards"]["ItemProcessor"]["States"][f"Transcribe{lane}"]["Retry"]
        assert set(final["ErrorEquals"]) == set(ShardError) - {ShardError.INTERNAL}
        assert final["MaxAttempts"] == 0
        assert again["ErrorEquals"] == ["States.ALL"]
        assert again["MaxAttempts"] == 2


def test_any_failure_ends_in_fail(job: dict[str, Any]) -> None:
    for name in ("Prepare", "Shards", "Assemble", "Announce"):
        [catch] = job["States"][name]["Catch"]
        assert catch == {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Fail"}
    assert job["States"]["Fail"]["Next"] == "Failed"
    assert "TimeoutSeconds" not in job, "it would end the execution without Fail"


def test_a_refusal_is_not_tried_again(assembly: Assembly) -> None:
    for machine in assembly.machines().values():
        for name, state in machine["States"].items():
            if ":lambda:invoke" in state.get("Resource", ""):
                first, *others = state["Retry"]
                assert first == {"ErrorEquals": ["ApiError", "Refused"], "MaxAttempts": 0}, name
                assert [r["ErrorEquals"] for r in others][-1] == ["States.ALL"], name


def test_a_state_outlasts_its_function(assembly: Assembly) -> None:
    """Else the machine gives up first, and nobody learns why."""
    functions = assembly.functions()
    for machine in assembly.machines().values():
        for state in machine["States"].values():
            if ":lambda:invoke" in state.get("Resource", ""):
                arn = state["Parameters"]["FunctionName"]
                [timeout] = [f["Timeout"] for name, f in functions.items() if f":Functions{name.title()}" in arn]
                assert state["TimeoutSeconds"] > timeout


# -- the Worker machine ------------------------------------------------------------------------------------


def test_a_worker_goes_through_the_agreed_states(worker: dict[str, Any]) -> None:
    assert types(worker) == WORKER
    assert worker["StartAt"] == "RunWorkerSpot"


def test_a_container_learns_its_slot_lease_and_patience(worker: dict[str, Any]) -> None:
    for name in ("RunWorkerSpot", "RunWorkerOnDemand"):
        state = worker["States"][name]
        assert state["Resource"].endswith(":ecs:runTask.sync")
        [override] = state["Parameters"]["Overrides"]["ContainerOverrides"]
        assert override["Name"] == "transcriber"
        assert {v["Name"]: v["Value.$"] for v in override["Environment"]} == {
            "SLOT": "$.slot",
            "LEASE": "$.lease",
            "IDLE_SECONDS": "States.Format('{}', $.idle)",
        }


def test_no_spot_means_on_demand_and_no_capacity_cools_the_slot(worker: dict[str, Any]) -> None:
    def otherwise(state: str) -> list[tuple[list[str], str]]:
        return [(c["ErrorEquals"], c["Next"]) for c in worker["States"][state]["Catch"]]

    over = (["States.Timeout"], "SettleSlot")
    assert otherwise("RunWorkerSpot") == [over, (["States.ALL"], "RunWorkerOnDemand")]
    assert otherwise("RunWorkerOnDemand") == [over, (["States.ALL"], "CoolSlot")]
    assert worker["States"]["CoolSlot"]["Next"] == "NoWorker"


def test_a_throttled_launch_is_tried_again_under_both_its_names(worker: dict[str, Any]) -> None:
    for name in ("RunWorkerSpot", "RunWorkerOnDemand"):
        [retry] = worker["States"][name]["Retry"]
        assert {"ECS.AmazonECSException", "ECS.InvalidParameterException"} <= set(retry["ErrorEquals"])


def test_settle_hears_whether_the_worker_failed(worker: dict[str, Any]) -> None:
    for state, failed in (("SettleSlot", False), ("CoolSlot", True)):
        assert worker["States"][state]["Parameters"]["Payload"] == {
            "slot.$": "$.slot",
            "lease.$": "$.lease",
            "failed": failed,
        }


def test_work_left_runs_again_under_the_new_lease(worker: dict[str, Any]) -> None:
    [choice] = worker["States"]["WorkLeft?"]["Choices"]
    assert choice["Variable"] == "$.settled.Payload.relaunch"
    assert choice["Next"] == "RenewLease"
    assert worker["States"]["SettleSlot"]["ResultPath"] == "$.settled"
    renew = worker["States"]["RenewLease"]
    assert renew["Parameters"] == {
        "slot.$": "$.slot",
        "lease.$": "$.settled.Payload.lease",
        "idle.$": "$.idle",
    }
    assert renew["Next"] == "RunWorkerSpot"


def test_neither_machine_keeps_data_in_its_log(assembly: Assembly) -> None:
    for machine in assembly.of("StepFunctions::StateMachine").values():
        assert machine["LoggingConfiguration"]["Level"] == "ALL"
        assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
        assert machine["TracingConfiguration"] == {"Enabled": True}
