"""An hour in six shards, through the whole local cloud: no word lost or said twice, progress that can be watched."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import pairwise

import av
import httpx
import numpy as np
import pytest

from tests.paths import SAMPLES
from tests.pipeline.driver import Pipeline, eventually

RATE = 16_000
EVERY = 120  # seconds from one sentence to the next; the rest is silence, which keeps the test short
SENTENCES = 30
LIMIT_SECONDS = 600.0  # for a busy machine; alone it takes about one minute


def an_hour() -> bytes:
    """The sample's sentence, once every two minutes, as FLAC."""
    with av.open(str(SAMPLES / "sample.flac")) as file:
        sentence = np.concatenate([frame.to_ndarray().reshape(-1) for frame in file.decode(audio=0)])
    if sentence.dtype == np.int32:
        sentence = (sentence >> 16).astype(np.int16)
    slot = np.zeros(EVERY * RATE, np.int16)
    slot[RATE : RATE + len(sentence)] = sentence
    out = io.BytesIO()
    with av.open(out, "w", format="flac") as target:
        stream = target.add_stream("flac", rate=RATE)
        stream.layout = "mono"
        for number in range(SENTENCES * EVERY):
            second = number % EVERY
            frame = av.AudioFrame.from_ndarray(slot[None, second * RATE : (second + 1) * RATE].copy(), "s16", "mono")
            frame.sample_rate, frame.pts = RATE, number * RATE
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return out.getvalue()


@pytest.fixture
def slow_workers(pipeline: Pipeline) -> Iterator[None]:
    """A deployment in which an hour is worth three workers, and so six shards."""
    before = pipeline.configure("prepare", SPEED="4", DRAIN_SECONDS="300", MAX_WORKERS="4")
    yield
    names = ("SPEED", "DRAIN_SECONDS", "MAX_WORKERS")
    pipeline.configure("prepare", **{name: before[name] for name in names})


def partial_result(pipeline: Pipeline, job_id: str) -> httpx.Response | None:
    """The beginning of the transcript, if it is there."""
    answer = pipeline.http.get(f"/requests/{job_id}/result", params={"partial": "true"})
    assert answer.status_code in (200, 409), answer.text
    return answer if answer.status_code == 200 else None


@pytest.mark.usefixtures("slow_workers")
def test_hour_in_six_shards_has_every_word_once(pipeline: Pipeline) -> None:
    pipeline.upload("hour.flac", an_hour(), "language=en")
    job_id = pipeline.job_of_upload("hour.flac")["request_id"]

    beginning = eventually(lambda: partial_result(pipeline, job_id), "beginning of the transcript", LIMIT_SECONDS)
    job = pipeline.wait_until_finished(job_id, LIMIT_SECONDS)

    assert (job["state"], job["duration"]) == ("completed", 3600.0)
    assert job["shards"] == {"done": 6, "total": 6}
    answer = pipeline.http.get(f"/requests/{job_id}/result").json()
    words = answer["results"]["channels"][0]["alternatives"][0]["words"]
    until = float(beginning.headers["earshot-partial-until"])
    assert 0 < until < 3600
    begun = beginning.json()["results"]["channels"][0]["alternatives"][0]["words"]
    assert begun == [word for word in words if word["start"] < until]
    by_sentence: dict[int, list[str]] = {}
    for word in words:
        by_sentence.setdefault(int(word["start"] // EVERY), []).append(word["word"])
    assert sorted(by_sentence) == list(range(SENTENCES))
    expected = by_sentence[0]
    assert len(expected) > 10
    # The same sound gives the same words wherever it is, but for a hair's breadth in the position of its window: a few
    # are heard as one or as two. A sentence that is lost at a seam has none, one that is said twice has as many again.
    assert [len(found) for found in by_sentence.values()] == pytest.approx([len(expected)] * SENTENCES, abs=4)
    assert all(earlier["start"] <= later["start"] for earlier, later in pairwise(words))
