"""Long files: a worker's plan becomes shards; a retry runs only those without a result."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import PacketPosition, PlanRequest, Shard, ShardPlan
from earshot_contract.keys import plan_key, shard_result_key
from functions.audio.probe import Probe
from functions.aws import s3
from functions.aws.clients import client
from functions.aws.table import job_table
from functions.errors import Failure
from functions.handlers.prepare import handler as prepare_module
from functions.handlers.prepare.cut_shards import cut_shards, plan_shard
from functions.handlers.prepare.handler import handler
from functions.settings import settings
from tests.unit.functions.handlers.prepare.test_plan_shards import planned

pytestmark = [
    pytest.mark.usefixtures("aws", "base_model", "scaled"),
    pytest.mark.filterwarnings("ignore:No application metrics"),
]

HOUR = 3600.0
UPLOAD = {"upload": {"bucket": "uploads", "key": "long.mp3", "version": "", "sequencer": "01", "size": 4}}


def plan(job_id: str, count: int, reason: str | None = None) -> ShardPlan:
    cuts = [PacketPosition(10 * HOUR / count * n, 1000 * n, 0, n, n) for n in range(1, count)]
    return ShardPlan(job_id, 10 * HOUR, 1000 * count, cuts, reason)


@pytest.fixture
def run(context: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Prepare, for an upload whose header says ten hours, in a deployment of eight slow workers."""
    for name, value in {"SPEED": "4", "MAX_WORKERS": "8"}.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    monkeypatch.setattr(prepare_module, "probe_audio", lambda *_: Probe(10 * HOUR, 2, 44_100))
    client("s3").put_object(Bucket="uploads", Key="long.mp3", Body=b"ID3.")

    def invoke(event: dict[str, Any] | None = None, execution: str = "arn:1") -> dict[str, Any]:
        return handler(event or {"input": UPLOAD, "execution": execution}, context)

    return invoke


Run = Callable[..., dict[str, Any]]


def cut(run: Run, first: dict[str, Any], execution: str = "arn:1") -> dict[str, Any]:
    return run(
        {"planned": True, "job_id": first["job_id"], "shards": first["shards"], "execution": execution, "group": "o"}
    )


def store(document: ShardPlan) -> None:
    s3.put(S3Object("transcripts", plan_key(document.job_id)), document.to_json().encode(), "application/json")


def sent(answer: dict[str, Any]) -> list[Shard]:
    """The shards as the job machine's Map merges them."""
    return [Shard.from_json({**answer["shared"], **shard}) for shard in answer["shards"]]


def test_shards_of_plan_meet_without_a_gap() -> None:
    whole = planned("multichannel=true", Probe(10 * HOUR, 2))
    assert plan_shard(whole, HOUR).plan == PlanRequest(HOUR, 150, channels=2)
    shards = cut_shards(whole, plan("j1", 3))

    assert [(s.index, s.count, s.channel) for s in shards] == [(n, 6, n // 3) for n in range(6)]
    assert [s.result.key for s in shards] == [shard_result_key("j1", n) for n in range(6)]
    for channel in (shards[:3], shards[3:]):
        assert [s.first for s in channel] == [None, channel[0].until, channel[1].until]
        assert [s.start for s in channel] == [0.0, channel[0].end, channel[1].end]
        assert (channel[2].until, channel[2].end) == (None, None)
        assert {s.file_seconds for s in channel} == {10 * HOUR}


def test_long_file_is_planned_then_cut(run: Run, scaled: list[Any]) -> None:
    first = run()

    request = Shard.from_json(first["plan"])
    assert (first["go"], first["cut"], request.result.key) == (True, True, plan_key(first["job_id"]))
    assert request.plan
    assert request.plan.shard_seconds == 10 * HOUR / 16
    assert scaled == [{"incoming": 10 * HOUR, "shards": 16, "interactive": False}]

    store(plan(first["job_id"], 16))
    answer = cut(run, first)

    shards = sent(answer)
    assert (answer["go"], answer["cut"], len(shards)) == (True, False, 16)
    assert [s.first.packet if s.first else 0 for s in shards] == [1000 * n for n in range(16)]
    job = job_table.find(first["job_id"])
    assert job
    assert (job.shards, job.duration, job.uncut, job.progress) == (16, 10 * HOUR, None, {})


def test_file_without_a_plan_stays_whole_and_says_why(run: Run) -> None:
    first = run()

    (shard,) = sent(cut(run, first))

    job = job_table.find(first["job_id"])
    assert job
    assert (shard.first, shard.until, job.shards) == (None, None, 1)
    assert job.uncut == "The recording was not cut: no worker could find out where."


def test_hundreds_of_shards_fit_the_state(run: Run) -> None:
    first = run()
    store(plan(first["job_id"], 300))

    answer = cut(run, first)

    assert len(sent(answer)) == 300
    assert len(json.dumps(answer)) < 200_000  # bytes; Step Functions takes 262,144


def failed_after(run: Run, *done: int) -> str:
    """A job of four shards that failed when these had a result; return its id."""
    first = run()
    store(plan(first["job_id"], 4))
    cut(run, first)
    for index in done:
        s3.put(S3Object("transcripts", shard_result_key(first["job_id"], index)), b"{}", "application/json")
    failed = job_table.fail(first["job_id"], Failure("INTERNAL_SERVER_ERROR", "…"), "arn:1")
    assert failed
    assert job_table.retry(failed, "arn:2")
    return first["job_id"]


def again(run: Run, job_id: str) -> dict[str, Any]:
    return run({"input": {"job_id": job_id}, "execution": "arn:2"})


def test_retry_runs_only_shards_without_a_result(run: Run) -> None:
    answer = again(run, failed_after(run, 0, 2))

    assert (answer["cut"], [shard.index for shard in sent(answer)]) == (False, [1, 3])


def test_retry_with_other_bytes_runs_all_anew(run: Run) -> None:
    job_id = failed_after(run, 0, 2)
    client("s3").put_object(Bucket="uploads", Key="long.mp3", Body=b"ID3!")

    answer = again(run, job_id)

    assert answer["cut"]
    assert [key for key in s3.keys("transcripts", f"work/{job_id}/") if key.endswith(".json")] == []


def test_cancelled_job_is_not_cut(run: Run) -> None:
    first = run()
    job_table.cancel(first["job_id"])

    assert not cut(run, first)["go"]
