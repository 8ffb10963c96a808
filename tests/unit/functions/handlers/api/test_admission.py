"""429 for an owner with too many unfinished jobs: before anything is written, and in the client's own form."""

from __future__ import annotations

import time

import pytest

from functions.aws import s3
from functions.aws.clients import client
from functions.aws.table import dynamodb, job_table
from functions.errors import bad_audio
from functions.handlers.api import admission, submit_job
from functions.jobs.upload_event import Upload
from functions.settings import settings

AUDIO = b"\xff\xfb\x90\x00 not really audio \x00\x01"


@pytest.fixture(autouse=True)
def limit_of_two(api, monkeypatch):
    monkeypatch.setenv("MAX_WAITING_JOBS", "2")
    settings.cache_clear()


@pytest.fixture
def written(api):
    """Return all that is stored: the table's keys, the objects, the executions."""

    def look():
        items = client("dynamodb").scan(TableName="earshot")["Items"]
        machine = settings().job_machine_arn
        started = client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
        return sorted(item["pk"]["S"] for item in items), sorted(s3.keys("transcripts", "")), len(started)

    return look


def fill(api):
    return [api.post(f"/listen?tag={n}", AUDIO).json["request_id"] for n in range(2)]


def test_full_owner_is_refused_before_anything_is_written(api, written):
    fill(api)
    before = written()

    answer = api.post("/listen?tag=more", AUDIO)

    assert answer.status == 429
    assert answer.json["err_code"] == "TOO_MANY_REQUESTS"
    assert "2 at most" in answer.json["err_msg"]
    assert answer.headers["retry-after"] == "30"
    assert written() == before


def test_openai_client_gets_429_in_its_own_form(api):
    fill(api)
    form = (
        b'--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\n\r\n' + AUDIO + b"\r\n--x--\r\n"
    )

    answer = api.post("/audio/transcriptions", form, Content_Type="multipart/form-data; boundary=x")

    assert (answer.status, answer.headers["retry-after"]) == (429, "30")
    assert (answer.json["error"]["type"], answer.json["error"]["code"]) == ("requests", "rate_limit_exceeded")


@pytest.mark.parametrize(
    "end",
    [lambda job: job_table.finish(job), job_table.cancel, lambda job: job_table.fail(job, bad_audio("x").failure)],
)
def test_finished_job_makes_room_for_one_more(api, end):
    first, _ = fill(api)
    end(first)

    assert api.post("/listen?tag=more", AUDIO).status == 303
    assert api.post("/listen?tag=again", AUDIO).status == 429


def test_repeated_request_of_full_owner_is_the_same_job(api):
    first, _ = fill(api)

    again = api.post("/listen?tag=0", AUDIO)

    assert (again.status, again.json["request_id"]) == (303, first)


def test_other_owner_and_uploads_are_not_refused(api):
    detail = {"bucket": {"name": "uploads"}, "object": {"key": "a.mp3", "sequencer": "1", "size": 9}}
    job_table.add(Upload.from_event(detail).job(""))
    fill(api.of("b" * 16))

    assert api.post("/listen?tag=mine", AUDIO).status == 303


def test_retry_of_full_owner_is_refused_and_counted_later(api):
    first, second = fill(api)
    job_table.fail(first, bad_audio("x").failure)
    third = api.post("/listen?tag=third", AUDIO).json["request_id"]

    assert api("POST", f"/requests/{first}/retry").status == 429

    job_table.cancel(third)
    assert api("POST", f"/requests/{first}/retry").status == 200
    assert api.post("/listen?tag=more", AUDIO).status == 429, (first, second)


def test_no_limit_asks_nothing_of_the_table(api, monkeypatch):
    monkeypatch.setenv("MAX_WAITING_JOBS", "0")
    settings.cache_clear()
    monkeypatch.setattr(dynamodb, "count", None)

    fill(api)

    assert api.post("/listen?tag=more", AUDIO).status == 303


def test_request_that_comes_late_is_refused_before_a_write(api, written, monkeypatch):
    """Its answer would come after the gateway's 503, when the client has sent the audio again."""
    before = written()
    monkeypatch.setattr(admission, "BEGIN_SECONDS", -1.0)

    answer = api.post("/listen", AUDIO)

    assert (answer.status, answer.json["err_code"], answer.headers["retry-after"]) == (429, "TOO_MANY_REQUESTS", "30")
    assert written() == before


def test_audio_that_took_too_long_is_removed_and_refused(api, written, monkeypatch):
    """A bucket that is slow for 4 MB: the row would be written, and the gateway give up on its caller."""
    put, clock = s3.put, [0.0]
    now = time.monotonic

    def slow_put(*arguments):
        put(*arguments)
        clock[0] += admission.ROW_SECONDS

    monkeypatch.setattr(admission.time, "monotonic", lambda: now() + clock[0])
    monkeypatch.setattr(s3, "put", slow_put)
    before = written()

    answer = api.post("/listen", AUDIO)

    assert (answer.status, answer.json["err_code"], answer.headers["retry-after"]) == (429, "TOO_MANY_REQUESTS", "30")
    items, objects, executions = written()
    assert (objects, executions) == before[1:]
    assert [key for key in items if key not in before[0] and not key.startswith("REQUEST#")] == []

    monkeypatch.setattr(s3, "put", put)
    clock[0] = 0.0
    monkeypatch.setattr(submit_job, "ARRIVAL_SECONDS", 0.0)  # the client comes back after 30 s
    assert api.post("/listen", AUDIO).status == 303
    assert written()[2] == before[2] + 1
