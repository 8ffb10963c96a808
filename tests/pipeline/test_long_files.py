"""An hour in six shards, through the whole local cloud: no word lost or said twice, progress that can be watched."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import httpx
import pytest

from tests.fixtures.local_cloud.waiting import eventually
from tests.pipeline.driver import Pipeline
from tests.pipeline.long_recordings import OPTIONS, SLOW_WORKERS, faults_of, repeated_sentence

SENTENCES = 30
SECONDS = 3600.0  # of the recording
TRIES = 3
LIMIT_SECONDS = 600.0  # for a busy machine; alone it takes about one minute


@pytest.fixture
def slow_workers(pipeline: Pipeline) -> Iterator[None]:
    """A deployment in which an hour is worth three workers, and so six shards."""
    before = pipeline.configure("prepare", **SLOW_WORKERS)
    yield
    pipeline.configure("prepare", **{name: before[name] for name in SLOW_WORKERS})


def partial_result(pipeline: Pipeline, job_id: str) -> httpx.Response | None:
    """The beginning of the transcript, if it is there."""
    answer = pipeline.http.get(f"/requests/{job_id}/result", params={"partial": "true"})
    assert answer.status_code in (200, 409), answer.text
    return answer if answer.status_code == 200 else None


def upload_and_read_beginning(pipeline: Pipeline) -> tuple[str, httpx.Response, float]:
    """Upload an hour; return its job's id, the beginning of its transcript, and until which second that goes.

    The beginning is there some seconds before the rest: a busy machine may look too late, and tries again.
    """
    for attempt in range(TRIES):
        name = f"hour-{attempt}.flac"
        pipeline.upload(name, repeated_sentence(SENTENCES), OPTIONS)
        job_id = pipeline.job_of_upload(name)["request_id"]
        look = partial(partial_result, pipeline, job_id)
        beginning = eventually(look, "beginning of the transcript", LIMIT_SECONDS, longest_pause=0.5)
        until = float(beginning.headers["earshot-partial-until"])
        if until < SECONDS:
            return job_id, beginning, until
    raise AssertionError(f"In {TRIES} tries no beginning could be read before the whole transcript.")


@pytest.mark.usefixtures("slow_workers")
def test_hour_in_six_shards_has_every_word_once(pipeline: Pipeline) -> None:
    job_id, beginning, until = upload_and_read_beginning(pipeline)
    job = pipeline.wait_until_finished(job_id, LIMIT_SECONDS)

    assert (job["state"], job["duration"]) == ("completed", SECONDS)
    assert job["shards"] == {"done": 6, "total": 6}
    answer = pipeline.http.get(f"/requests/{job_id}/result").json()
    words = answer["results"]["channels"][0]["alternatives"][0]["words"]
    assert until > 0
    begun = beginning.json()["results"]["channels"][0]["alternatives"][0]["words"]
    assert begun == [word for word in words if word["start"] < until]
    assert faults_of(words, SENTENCES) == []
