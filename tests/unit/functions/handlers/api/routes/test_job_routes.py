"""Jobs listed, shown, cancelled, deleted."""

from __future__ import annotations

import pytest

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.job_state import JobState
from earshot_contract.keys import (
    shard_result_key,
)
from functions.aws import s3
from functions.aws.table import job_table
from functions.errors import remote_content_error
from functions.jobs.job import timestamp

AUDIO = b"\x00\x01audio"


def posted(api, tag: str) -> str:
    return api.post(f"/listen?tag={tag}", AUDIO).json["request_id"]


def test_jobs_are_listed_newest_first_in_pages(api):
    ids = [posted(api, str(number)) for number in range(5)]

    first = api.get("/requests?limit=2").json
    second = api.get(f"/requests?limit=2&next={first['next']}").json
    third = api.get(f"/requests?limit=2&next={second['next']}").json

    listed = [job["request_id"] for page in (first, second, third) for job in page["requests"]]
    assert listed == ids[::-1]
    assert "next" not in third


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "next=bogus", "next=e30"])
def test_invalid_page_returns_400(api, query):
    answer = api.get(f"/requests?{query}")

    assert (answer.status, answer.json["err_code"]) == (400, "INVALID_QUERY_PARAMETER")


def test_job_summary_leaves_out_unknown_values(api):
    job_id = posted(api, "a")

    summary = api.get(f"/requests/{job_id}").json

    assert summary["request_id"] == job_id
    assert summary["state"] == "queued"
    assert summary["source"] == {"kind": "body", "size": len(AUDIO)}
    assert summary["model"] == "base"
    assert summary["progress"] == 0.0
    assert None not in summary.values()
    assert not {"completed", "duration", "error", "shards"} & summary.keys()


def test_progress_is_share_of_completed_shards(api):
    job_id = posted(api, "a")
    job_table.update(job_id, state=JobState.PROCESSING, started=timestamp(), shards=4)
    s3.put(S3Object("transcripts", shard_result_key(job_id, 2)), b"{}", "application/json")

    summary = api.get(f"/requests/{job_id}").json

    assert summary["progress"] == 0.25
    assert summary["shards"] == {"done": 1, "total": 4}
    assert summary["timings"]["waited"] >= 0


def test_a_failed_job_says_why(api):
    job_id = posted(api, "a")
    job_table.fail(job_id, remote_content_error("No such host.").failure)

    summary = api.get(f"/requests/{job_id}").json

    assert summary["state"] == "failed"
    assert summary["error"] == {"err_code": "REMOTE_CONTENT_ERROR", "err_msg": "No such host."}


def test_url_password_is_not_shown(api):
    job_id = api.post("/listen", {"url": "https://user:secret@example.org/a.mp3"}).json["request_id"]

    assert api.get(f"/requests/{job_id}").json["source"] == {"kind": "url", "url": "https://example.org/a.mp3"}
    assert "secret" not in api.get("/requests").text


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_unknown_job_returns_404(api, method):
    answer = api(method, "/requests/0b7d6ffa-0000-4000-8000-000000000000")

    assert answer.status == 404
    assert "GET /v1/requests lists" in answer.json["err_msg"]


FORM_TYPE = {"content-type": "multipart/form-data; boundary=x"}
FORM = b'--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n%s--x--\r\n'
FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="../form.wav"\r\n\r\naudio\r\n'
FIELD = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nfield.wav\r\n'


@pytest.mark.parametrize(
    ("path", "body", "headers", "name"),
    [
        ("/listen?name=a%2Fquery.wav", AUDIO, {"Content-Disposition": "attachment; filename=x.wav"}, "query.wav"),
        ("/listen", AUDIO, {"content-disposition": 'attachment; filename="c:\\header.wav"'}, "header.wav"),
        ("/listen", b'{"url": "https://example.org/a/url.wav?x=1"}', {"content-type": "application/json"}, "url.wav"),
        ("/listen", b'{"url": "s3://uploads/a/key.wav"}', {"content-type": "application/json"}, "key.wav"),
        ("/listen", AUDIO, {}, None),
        ("/audio/transcriptions", FORM % FILE, FORM_TYPE, "form.wav"),
        (
            "/audio/translations",
            FORM % (FIELD + FILE),
            FORM_TYPE,
            "field.wav",
        ),
    ],
    ids=["query", "header", "url", "s3", "none", "file", "field"],
)
def test_job_has_the_name_that_the_caller_gave(api, path, body, headers, name):
    answer = api("POST", path, body, headers)
    job_id = answer.headers.get("location", "").split("/")[3]

    assert job_table.find(job_id).name == name
    assert api.get(f"/requests/{job_id}").json.get("name") == name
    assert [job["request_id"] for job in api.get("/requests?name=form&name=no-such").json["requests"]] == []
    assert [job["request_id"] for job in api.get(f"/requests?name={name or ''}").json["requests"]] == [job_id]


@pytest.mark.parametrize("form", ["json", "srt", "vtt", "txt"])
def test_result_is_a_download_with_the_jobs_name(api, complete, form):
    job_id = api.post("/listen?name=%C3%BCber.mp3", AUDIO).json["request_id"]
    complete(job_id, "Words.")

    header = api.get(f"/requests/{job_id}/result?format={form}").headers["content-disposition"]

    assert header == f"inline; filename=\"_ber.{form}\"; filename*=UTF-8''%C3%BCber.{form}"


def test_list_is_filtered_on_the_server(api):
    ids = [posted(api, tag) for tag in ("a", "a&tag=c", "b")]
    job_table.fail(ids[1], remote_content_error("No.").failure)

    def listed(query: str) -> list[str]:
        return [job["request_id"] for job in api.get(f"/requests?{query}").json["requests"]]

    assert listed("tag=a") == [ids[1], ids[0]]
    assert listed("tag=a&state=failed") == [ids[1]]
    assert listed("state=failed,queued&limit=1") == [ids[2]]
    assert listed("State=failed&LIMIT=&tag=") == [ids[1]]
    assert listed("until=2026-01-01") == []
    assert api.get("/requests?state=done").status == 400
    assert api.get("/requests?since=soon").status == 400


@pytest.mark.parametrize("query", ["status=failed", "cursor=x", "page=2", "since=2026-01-01&q=a"])
def test_list_with_a_parameter_that_is_not_read_is_refused(api, query):
    posted(api, "a")

    answer = api.get(f"/requests?{query}")

    assert answer.status == 400
    assert "There are state, name, tag, since, until, limit, next." in answer.json["err_msg"]
    assert len(api.get("/requests?_=1764360000&limit=5").json["requests"]) == 1
