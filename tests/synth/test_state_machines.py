"""State machines: no faults, the agreed states, and the payloads that functions and workers expect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from earshot_contract.documents.shards import ShardError
from earshot_contract.keys import WORK_DAYS
from earshot_contract.timeouts import LAUNCH_LEASE_SECONDS, SHARD_WAIT_DAYS
from functions.aws.clients import Throttled
from functions.errors import SlowDownloadsBusy
from infra.lambda_functions import WAKING_ERRORS
from tests.synth.assembly import Assembly
from tests.synth.state_machine_checks import all_states, delays, find_faults, is_worker, types

JOB_STATES = {
    "Prepare": "Task",
    "Known?": "Choice",
    "AlreadyKnown": "Succeed",
    "Long?": "Choice",
    "Plan": "Task",
    "Cut": "Task",
    "StillRuns?": "Choice",
    "CancelledMeanwhile": "Succeed",
    "Shards": "Map",
    "Assemble": "Task",
    "Copy?": "Choice",
    "CopyAudio": "Task",
    "Announce": "Task",
    "Done": "Succeed",
    "Fail": "Task",
    "Failed": "Fail",
}


@pytest.fixture
def job(assembly: Assembly) -> dict[str, Any]:
    return assembly.state_machines()["job"]


def test_state_machines_have_no_faults(assembly: Assembly) -> None:
    assert {name: find_faults(machine) for name, machine in assembly.state_machines().items()} == {
        "job": [],
        "worker": [],
    }


@pytest.mark.parametrize(
    ("breakage", "fault"),
    [
        (lambda s: s["Assemble"].update(Next="Anounce"), "Assemble goes to Anounce, which is no state"),
        (lambda s: s["Prepare"]["Catch"][0].update(Next="Oops"), "Prepare goes to Oops, which is no state"),
        (lambda s: s["Known?"]["Choices"][0].update(Next="Done"), "Long? cannot be reached"),
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
def test_broken_state_machine_is_found(gpu: Assembly, breakage: Callable[[dict[str, Any]], object], fault: str) -> None:
    machine = gpu.state_machines()["job"]
    breakage(machine["States"])
    assert fault in "\n".join(find_faults(machine))


def test_job_machine_has_the_agreed_states(job: dict[str, Any]) -> None:
    assert types(job) == JOB_STATES
    assert job["StartAt"] == "Prepare"
    shards = job["States"]["Shards"]["ItemProcessor"]
    assert types(shards) == {"Fast or bulk?": "Choice", "TranscribeFast": "Task", "TranscribeBulk": "Task"}
    path, state = [], "Prepare"
    while state != "Done":
        path.append(state)
        here = job["States"][state]
        usual = here["Default"] if state == "Copy?" else here.get("Choices", [{}])[0].get("Next", "")
        state = here.get("Next", usual)
    long = ["Long?", "Plan", "Cut", "StillRuns?"]
    assert path == ["Prepare", "Known?", *long, "Shards", "Assemble", "Copy?", "Announce"]


def test_job_machine_payloads_are_what_functions_read(job: dict[str, Any]) -> None:
    def payload(state: str) -> dict[str, str]:
        return job["States"][state]["Parameters"]["Payload"]

    assert payload("Prepare") == {"input.$": "$", "execution.$": "$$.Execution.Id"}
    assert payload("Assemble") == payload("Announce") == {"job_id.$": "$.job_id"}
    assert payload("Fail") == {
        "input.$": "$$.Execution.Input",
        "execution.$": "$$.Execution.Id",
        "error.$": "$.error",
    }


def test_job_machine_function_output_replaces_state(job: dict[str, Any]) -> None:
    for state in ("Prepare", "Assemble", "Announce"):
        assert job["States"][state]["OutputPath"] == "$.Payload"


def test_job_machine_state_invokes_function_of_same_name(job: dict[str, Any]) -> None:
    for state in ("Prepare", "Assemble", "Announce", "Fail"):
        assert f":Functions{state}" in job["States"][state]["Parameters"]["FunctionName"]


def test_job_machine_runs_shards_only_if_go(job: dict[str, Any]) -> None:
    [choice] = job["States"]["Known?"]["Choices"]
    assert choice == {"Variable": "$.go", "BooleanEquals": True, "Next": "Long?"}
    assert job["States"]["Known?"]["Default"] == "AlreadyKnown"


def test_long_file_is_planned_by_a_worker_then_cut(job: dict[str, Any]) -> None:
    states = job["States"]
    [choice] = states["Long?"]["Choices"]
    assert (choice["Variable"], choice["Next"], states["Long?"]["Default"]) == ("$.cut", "Plan", "Shards")
    plan = states["Plan"]
    assert plan["Parameters"]["QueueUrl"].startswith("QueuesFast")
    assert plan["Parameters"]["MessageBody"] == {"task_token.$": "$$.Task.Token", "shard.$": "$.plan"}
    assert [catch["Next"] for catch in plan["Catch"]] == ["Cut"], "a file that cannot be planned stays whole"
    assert states["Cut"]["Parameters"]["Payload"] == {
        "planned": True,
        "job_id.$": "$.job_id",
        "group.$": "$.group",
        "shards.$": "$.shards",
        "execution.$": "$$.Execution.Id",
    }
    assert states["StillRuns?"]["Choices"][0]["Next"] == "Shards"


def test_shard_waits_in_its_queue_for_a_task_token(job: dict[str, Any]) -> None:
    shards = job["States"]["Shards"]
    assert shards["ItemsPath"] == "$.shards"
    merged = "States.JsonMerge($.shared, $$.Map.Item.Value, false)"
    assert shards["ItemSelector"] == {"shard.$": merged, "interactive.$": "$.interactive", "group.$": "$.group"}
    assert shards["ResultPath"] is None, "the state keeps job_id; results of shards are in S3"
    assert shards["MaxConcurrency"] == 40
    states = shards["ItemProcessor"]["States"]
    assert states["Fast or bulk?"]["Choices"] == [
        {"Variable": "$.interactive", "BooleanEquals": True, "Next": "TranscribeFast"}
    ]
    assert states["Fast or bulk?"]["Default"] == "TranscribeBulk"
    for queue_name in ("Fast", "Bulk"):
        state = states[f"Transcribe{queue_name}"]
        assert state["Resource"].endswith(":sqs:sendMessage.waitForTaskToken")
        assert state["Parameters"]["QueueUrl"].startswith(f"Queues{queue_name}")
        assert state["Parameters"]["MessageBody"] == {"task_token.$": "$$.Task.Token", "shard.$": "$.shard"}


def test_shard_waits_as_long_as_its_message_lives(job: dict[str, Any], assembly: Assembly) -> None:
    """A backlog of days fails nothing: its state, its message and its audio live equally long."""
    days = SHARD_WAIT_DAYS * 86_400
    for queue_name in ("Fast", "Bulk"):
        _, queue = assembly.resource("SQS::Queue", f"Queues{queue_name}")
        state = job["States"]["Shards"]["ItemProcessor"]["States"][f"Transcribe{queue_name}"]
        assert state["TimeoutSeconds"] == queue["MessageRetentionPeriod"] == days
    assert WORK_DAYS > SHARD_WAIT_DAYS


def test_shard_errors_are_final_and_throttling_lasts(job: dict[str, Any]) -> None:
    for queue_name in ("Fast", "Bulk"):
        final, internal, rest = job["States"]["Shards"]["ItemProcessor"]["States"][f"Transcribe{queue_name}"]["Retry"]
        retried = {ShardError.INTERNAL, ShardError.UNAVAILABLE}
        assert set(final["ErrorEquals"]) == {*ShardError, "States.Timeout"} - retried
        assert final["MaxAttempts"] == 0
        assert internal["ErrorEquals"] == [ShardError.INTERNAL]
        assert internal["MaxAttempts"] == 2
        assert rest["ErrorEquals"] == ["States.ALL"], "throttling, of SQS or of what a worker called"
        assert delays(rest) > 3600


def test_throttled_functions_are_retried_for_an_hour(assembly: Assembly) -> None:
    """With an account's concurrency of 10, a burst of 1,000 jobs is throttled for minutes."""
    states = [state for machine in assembly.state_machines().values() for state in all_states(machine)]
    invocations = [state for state in states if ":lambda:invoke" in state.get("Resource", "") and not is_worker(state)]
    assert len(invocations) >= 7
    for state in invocations:
        _, throttled, _, slow, _ = state["Retry"]
        assert slow["ErrorEquals"] == [SlowDownloadsBusy.__name__]
        assert slow["IntervalSeconds"] >= 60  # each attempt holds a function for half a minute
        assert {"Lambda.TooManyRequestsException", Throttled.__name__} <= set(throttled["ErrorEquals"])
        assert delays(throttled) > 3600


def test_inactive_function_is_waited_for(assembly: Assembly) -> None:
    """After weeks without a job Lambda rejects the first call of each function, for a minute or two."""
    states = [state for machine in assembly.state_machines().values() for state in all_states(machine)]
    invocations = [state for state in states if ":lambda:invoke" in state.get("Resource", "")]
    assert sum(map(is_worker, invocations)) == 1
    for state in invocations:
        for error in WAKING_ERRORS:
            retry = next(r for r in state["Retry"] if {error, "States.ALL"} & set(r["ErrorEquals"]))
            assert 180 < delays(retry) < 600, "until it is ready; shorter than the lease of a launch"
    assert LAUNCH_LEASE_SECONDS > 600


def test_job_machine_failure_goes_to_fail(job: dict[str, Any]) -> None:
    for name in ("Prepare", "Shards", "Assemble", "Announce"):
        [catch] = job["States"][name]["Catch"]
        assert catch == {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Fail"}
    assert job["States"]["Fail"]["Next"] == "Failed"
    assert "TimeoutSeconds" not in job, "it would end the execution without Fail"


def test_api_error_is_not_retried(assembly: Assembly) -> None:
    for machine in assembly.state_machines().values():
        for name, state in machine["States"].items():
            if ":lambda:invoke" in state.get("Resource", "") and not is_worker(state):
                first, *others = state["Retry"]
                assert first == {"ErrorEquals": ["ApiError", "Refused"], "MaxAttempts": 0}, name
                assert [r["ErrorEquals"] for r in others][-1] == ["States.ALL"], name


def test_state_timeout_exceeds_function_timeout(assembly: Assembly) -> None:
    """Otherwise the state machine times out first, and the function's own error is lost."""
    functions = assembly.functions()
    for machine in assembly.state_machines().values():
        for state in machine["States"].values():
            if ":lambda:invoke" in state.get("Resource", "") and not is_worker(state):
                arn = state["Parameters"]["FunctionName"]
                [timeout] = [f["Timeout"] for name, f in functions.items() if f":Functions{name.title()}" in arn]
                assert state["TimeoutSeconds"] > timeout


def test_state_machine_logs_have_no_execution_data(assembly: Assembly) -> None:
    for machine in assembly.resources("StepFunctions::StateMachine").values():
        assert machine["LoggingConfiguration"]["Level"] == "ALL"
        assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
        assert machine["TracingConfiguration"] == {"Enabled": True}


def test_queues_are_fair_among_owners(job: dict[str, Any]) -> None:
    states = job["States"]["Shards"]["ItemProcessor"]["States"]
    groups = {name: states[name]["Parameters"].get("MessageGroupId.$") for name in ("TranscribeFast", "TranscribeBulk")}
    assert groups == {"TranscribeFast": "$.group", "TranscribeBulk": "$.group"}
