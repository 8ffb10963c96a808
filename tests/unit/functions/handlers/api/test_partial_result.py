"""GET /v1/requests/{id}/result?partial=true: the beginning of a long transcript while the rest is made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shard_results import Segment, ShardResult, Word
from earshot_contract.documents.shards import PacketPosition, ShardPlan
from earshot_contract.job_state import JobState
from earshot_contract.keys import plan_key, shard_result_key
from functions.aws import s3
from functions.aws.table import job_table
from functions.handlers.api.routes import result_routes
from tests.fixtures.results.finished_jobs import sample

SHARD_SECONDS = 600.0
UNTIL = "earshot-partial-until"


@pytest.fixture
def job_id(api) -> str:
    return api.post("/listen?punctuate=true&replace=secret:public", b"\x00\x01audio").json["request_id"]


@pytest.fixture
def cut(job_id):
    """Make the job one of `shards` shards a channel, of which those named are done; each says `part 0.1`."""

    def cut(*done: tuple[int, int], shards: int = 3, channels: int = 1) -> None:
        cuts = [PacketPosition(SHARD_SECONDS * n, n) for n in range(1, shards)]
        plan = ShardPlan(job_id, SHARD_SECONDS * shards, 10, cuts)
        s3.put(S3Object("transcripts", plan_key(job_id)), plan.to_json().encode(), "application/json")
        for channel, number in done:
            index, start = channel * shards + number, SHARD_SECONDS * number
            words = [
                Word(text, start + n, start + n + 0.5, 0.9)
                for n, text in enumerate(("secret", "part", f"{channel}.{number}"))
            ]
            segments = [Segment(start, start + 3, " ".join(word.text for word in words), words)]
            result = ShardResult.from_json(sample("shard-result"))
            result = replace(result, job_id=job_id, index=index, channel=channel if channels > 1 else None)
            audio = replace(result.audio, channels=channels)
            body = replace(result, segments=segments, audio=audio).to_json().encode()
            s3.put(S3Object("transcripts", shard_result_key(job_id, index)), body, "application/json")
        changes = {"shards": shards * channels, "channels_planned": channels, "duration": SHARD_SECONDS * shards}
        job_table.update(job_id, state=JobState.PROCESSING, **changes)

    return cut


@pytest.mark.parametrize(
    ("done", "channels", "numbers", "until"),
    [
        ([(0, 0)], 1, [["0.0"]], "600.000"),
        ([(0, 0), (0, 1)], 1, [["0.0", "0.1"]], "1200.000"),
        ([(0, 0), (0, 2)], 1, [["0.0"]], "600.000"),  # not what is behind a gap
        ([(0, 0), (0, 1), (0, 2)], 1, [["0.0", "0.1", "0.2"]], "1800.000"),  # not assembled yet
        ([(0, 0), (0, 1), (1, 0)], 2, [["0.0"], ["1.0"]], "600.000"),  # as far as every channel
    ],
)
def test_partial_result_ends_at_first_missing_shard(api, job_id, cut, done, channels, numbers, until):
    cut(*done, channels=channels)

    answer = api.get(f"/requests/{job_id}/result?partial=true")

    assert (answer.status, answer.headers[UNTIL]) == (200, until)
    metadata = answer.json["metadata"]
    assert (metadata["partial"], metadata["duration"]) == ({"until": float(until)}, 1800.0)
    found = [channel["alternatives"][0]["words"] for channel in answer.json["results"]["channels"]]
    assert [[word["word"] for word in words if "." in word["word"]] for words in found] == numbers
    assert "secret" not in answer.text  # edited like the whole


@pytest.mark.parametrize(
    ("query", "content_type", "marked"),
    [
        ("format=srt", "application/x-subrip; charset=utf-8", "1\n00:00:00,000 --> "),
        ("format=vtt", "text/vtt; charset=utf-8", "WEBVTT\n\nNOTE The transcript until 00:10:00.000; the rest is"),
        ("format=txt", "text/plain; charset=utf-8", "public part 0.0\n"),
        ("response_format=verbose_json", "application/json", '{"task":"transcribe"'),
        ("response_format=text", "text/plain; charset=utf-8", "public part 0.0\n"),
    ],
)
def test_partial_result_comes_in_every_format(api, job_id, cut, query, content_type, marked):
    cut((0, 0))

    answer = api.get(f"/requests/{job_id}/result?partial=true&{query}")

    assert (answer.status, answer.headers["content-type"], answer.headers[UNTIL]) == (200, content_type, "600.000")
    assert answer.text.startswith(marked)
    disposition = answer.headers.get("content-disposition", "")
    assert disposition.endswith(f'.partial.{query[-3:]}"') == query.startswith("format")


@pytest.mark.parametrize("shards", [1, 3])
def test_partial_result_without_first_shard_returns_409(api, job_id, cut, shards):
    assert api.get(f"/requests/{job_id}/result?partial=true").status == 409
    cut(*[(0, 1), (0, 2)][: shards - 1], shards=shards)

    answer = api.get(f"/requests/{job_id}/result?partial=true")

    assert (answer.status, answer.json["err_code"]) == (409, "NO_PARTIAL_RESULT")
    assert "Nothing of the transcript" in answer.json["err_msg"]


def test_partial_result_of_redacted_job_is_refused(api, job_id, cut):
    redacted = api.post("/listen?redact=numbers", b"\x00\x01audio").json["request_id"]
    cut((0, 0))
    for key in (plan_key, lambda job: shard_result_key(job, 0)):
        s3.put(S3Object("transcripts", key(redacted)), s3.get(S3Object("transcripts", key(job_id))), "application/json")
    job_table.update(redacted, state=JobState.PROCESSING, shards=3, channels_planned=1)

    answer = api.get(f"/requests/{redacted}/result?partial=true")

    assert answer.status == 400
    assert "A request with redact has no partial result" in answer.json["err_msg"]


def test_partial_result_of_completed_job_is_whole(api, job_id, complete):
    complete(job_id, "Done.")

    answer = api.get(f"/requests/{job_id}/result?partial=true")

    assert answer.status == 200
    assert UNTIL not in answer.headers
    assert "partial" not in answer.json["metadata"]


def test_large_partial_result_redirects_with_its_mark(api, job_id, cut, monkeypatch):
    monkeypatch.setattr(result_routes, "MAX_BODY_BYTES", 200)
    cut((0, 0))

    answer = api.get(f"/requests/{job_id}/result?partial=true")

    assert (answer.status, answer.headers[UNTIL]) == (303, "600.000")
    assert "partial.json" in answer.headers["location"]


@pytest.mark.parametrize("query", ["partial=maybe", "partial=true&format=audio", "partial=true&format=docx"])
def test_partial_result_with_bad_query_returns_400(api, job_id, cut, query):
    cut((0, 0))

    assert api.get(f"/requests/{job_id}/result?{query}").status == 400
