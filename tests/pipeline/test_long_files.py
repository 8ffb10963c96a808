"""An hour in six shards, through the whole local cloud: no word lost or said twice, progress that can be watched."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.fixtures.waiting import eventually
from tests.pipeline.driver import Pipeline
from tests.pipeline.long_recordings import OPTIONS, SLOW_WORKERS, faults_of, repeated_sentence

SENTENCES = 30
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


@pytest.mark.usefixtures("slow_workers")
def test_hour_in_six_shards_has_every_word_once(pipeline: Pipeline) -> None:
    pipeline.upload("hour.flac", repeated_sentence(SENTENCES), OPTIONS)
    job_id = pipeline.job_of_upload("hour.flac")["request_id"]

    beginning = eventually(
        lambda: partial_result(pipeline, job_id), "beginning of the transcript", LIMIT_SECONDS, longest_pause=0.5
    )
    job = pipeline.wait_until_finished(job_id, LIMIT_SECONDS)

    assert (job["state"], job["duration"]) == ("completed", 3600.0)
    assert job["shards"] == {"done": 6, "total": 6}
    answer = pipeline.http.get(f"/requests/{job_id}/result").json()
    words = answer["results"]["channels"][0]["alternatives"][0]["words"]
    until = float(beginning.headers["earshot-partial-until"])
    assert 0 < until < 3600
    begun = beginning.json()["results"]["channels"][0]["alternatives"][0]["words"]
    assert begun == [word for word in words if word["start"] < until]
    assert faults_of(words, SENTENCES) == []
