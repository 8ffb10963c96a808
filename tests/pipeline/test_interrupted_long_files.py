"""Long files that are interrupted: a retry runs only shards that have no result, a deletion leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from earshot_contract.keys import shard_result_key, shards_prefix, work_prefix
from tests.fixtures.local_cloud.waiting import eventually
from tests.pipeline.driver import Pipeline
from tests.pipeline.long_recordings import OPTIONS, faults_of, repeated_sentence

SENTENCES, SHARDS = 6, 4
# As if workers were twice as fast as the recording: twelve minutes are worth four shards.
FOUR_SHARDS = {"SPEED": "2", "DRAIN_SECONDS": "100", "MAX_WORKERS": "4"}
LIMIT_SECONDS = 300.0  # for a busy machine; alone a file takes a quarter of a minute


@pytest.fixture(autouse=True)
def four_shards(pipeline: Pipeline) -> Iterator[None]:
    before = pipeline.configure("prepare", **FOUR_SHARDS)
    yield
    pipeline.configure("prepare", **{name: before[name] for name in FOUR_SHARDS})


def upload(pipeline: Pipeline, name: str) -> str:
    """Upload twelve minutes; return the job's id once it is cut."""
    pipeline.upload(name, repeated_sentence(SENTENCES), OPTIONS)
    job_id = pipeline.job_of_upload(name)["request_id"]
    is_cut = lambda: pipeline.request(job_id).get("shards", {}).get("total") == SHARDS  # noqa: E731
    eventually(is_cut, "cut recording", LIMIT_SECONDS)
    return job_id


def objects(pipeline: Pipeline, prefix: str) -> dict[str, str]:
    """ETag and time of each object below a prefix: another run of the same shard writes another time."""
    bucket = pipeline.out["TranscriptsBucket"]
    found = pipeline.cloud.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    return {item["Key"]: f"{item['ETag']} {item['LastModified']}" for item in found}


def some_results(pipeline: Pipeline, job_id: str) -> dict[str, str]:
    """The results of the shards that are done, once there are any."""
    found = eventually(lambda: objects(pipeline, shards_prefix(job_id)), "result of a shard", LIMIT_SECONDS)
    return dict(found)


def assert_complete(pipeline: Pipeline, job_id: str) -> None:
    job = pipeline.wait_until_finished(job_id, LIMIT_SECONDS)
    assert (job["state"], job["shards"]["done"]) == ("completed", SHARDS), job
    answer = pipeline.http.get(f"/requests/{job_id}/result").json()
    assert faults_of(answer["results"]["channels"][0]["alternatives"][0]["words"], SENTENCES) == []


def test_retry_of_a_failed_job_runs_what_is_missing(pipeline: Pipeline) -> None:
    """One shard's result cannot be read, so the job fails when all are joined."""
    job_id = upload(pipeline, "failed.flac")
    s3, bucket = pipeline.cloud.client("s3"), pipeline.out["TranscriptsBucket"]
    first = min(some_results(pipeline, job_id))
    s3.put_object(Bucket=bucket, Key=first, Body=b"{")
    failed = pipeline.wait_until_finished(job_id, LIMIT_SECONDS)
    assert failed["state"] == "failed", failed
    before = objects(pipeline, shards_prefix(job_id))
    assert set(before) == {shard_result_key(job_id, n) for n in range(SHARDS)}

    s3.delete_object(Bucket=bucket, Key=first)
    assert pipeline.http.post(f"/requests/{job_id}/retry").status_code == 200
    assert_complete(pipeline, job_id)

    after = objects(pipeline, shards_prefix(job_id))
    assert {key for key, mark in after.items() if before[key] != mark} == {first}


def test_retry_of_a_cancelled_job_keeps_what_was_done(pipeline: Pipeline) -> None:
    job_id = upload(pipeline, "cancelled.flac")
    done = some_results(pipeline, job_id)
    cancelled = pipeline.http.delete(f"/requests/{job_id}")
    assert cancelled.json()["state"] == "cancelled", cancelled.text

    assert pipeline.http.post(f"/requests/{job_id}/retry").status_code == 200
    assert_complete(pipeline, job_id)

    after = objects(pipeline, shards_prefix(job_id))
    assert {key: after[key] for key in done} == done


def test_job_deleted_while_its_shards_run_leaves_nothing(pipeline: Pipeline) -> None:
    job_id = upload(pipeline, "deleted.flac")
    deleted = pipeline.http.delete(f"/requests/{job_id}", params={"action": "delete"})
    assert deleted.json()["state"] == "forgotten", deleted.text

    eventually(lambda: pipeline.messages_in_flight() == 0, "end of its shards", LIMIT_SECONDS)
    assert pipeline.http.get(f"/requests/{job_id}").status_code == 404
    assert objects(pipeline, work_prefix(job_id)) == {}
    assert objects(pipeline, f"jobs/{job_id}/") == {}
