"""Whose job: each route of the table, as each kind of caller sees it."""

from __future__ import annotations

import re

import pytest

from earshot_contract.credentials.api_keys import DEPLOYMENT_OWNER, PUBLIC_OWNER, Scope
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.job_state import JobState
from earshot_contract.keys import body_key, shard_result_key
from functions.aws import s3
from functions.aws.table import dynamodb, job_table
from functions.errors import bad_audio
from functions.handlers.api.router import ROUTES, JobRoute, Route, SharedRoute
from functions.jobs.job import Job, Source, SourceKind

AUDIO = b"\x00\x01audio"
ANNA, BERT = "a1" * 8, "b2" * 8
UNKNOWN = "0b7d6ffa-0000-4000-8000-000000000000"
WITH_ID = [key for key, route in ROUTES.items() if "{id}" in key[1] and not isinstance(route, SharedRoute)]
WITHOUT_ID = [key for key, route in ROUTES.items() if "{id}" not in key[1] and not route.public]


def answered(answer, job_id: str) -> tuple[int, str]:
    """Status and body without what differs in any two answers: the id asked for and that of the request."""
    uuids = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
    return answer.status, uuids.sub("UUID", answer.text.replace(job_id, "ID"))


@pytest.fixture
def annas(api) -> str:
    return api.of(ANNA).post("/listen", AUDIO).json["request_id"]


def test_each_route_with_an_id_gets_a_job_of_the_caller():
    """A view with an id, and without the router's look at the caller, cannot be written into the table."""
    assert len(WITH_ID) >= 5
    assert all(isinstance(ROUTES[key], JobRoute) and not ROUTES[key].public for key in WITH_ID)
    assert all(isinstance(route, Route) for (_, path), route in ROUTES.items() if "{" not in path)


@pytest.fixture
def in_each_state(api, complete) -> list[str]:
    """Anna's jobs: queued, completed, failed, cancelled."""
    jobs = [api.of(ANNA).post(f"/listen?tag={number}", AUDIO).json["request_id"] for number in range(4)]
    complete(jobs[1], "Words.")
    job_table.fail(jobs[2], bad_audio("why").failure)
    job_table.cancel(jobs[3])
    return jobs


def test_other_job_is_answered_like_an_unknown_one(api, in_each_state):
    callers = (api.of(BERT), api.of(PUBLIC_OWNER), api.of(DEPLOYMENT_OWNER), type(api)(None))
    before = [job_table.find(job_id) for job_id in in_each_state]

    for method, path in WITH_ID:
        for number, job_id in enumerate([*in_each_state, in_each_state[0][:8]]):
            caller = callers[number % len(callers)]
            unknown_id = UNKNOWN[: len(job_id)]
            answer = caller(method, path.replace("{id}", job_id))
            assert answer.status == 404, (method, path)
            assert answered(answer, job_id) == answered(caller(method, path.replace("{id}", unknown_id)), unknown_id)
    assert [job_table.find(job_id) for job_id in in_each_state] == before


def test_owner_and_admin_reach_the_job_by_each_route(api, annas):
    for method, path in WITH_ID:
        for asking in (api.of(ANNA), api):
            job_table.fail(annas, bad_audio("why").failure)
            assert "There is no request" not in asking(method, path.replace("{id}", annas)).text, (method, path)
            job_table.delete_job(annas)
            job_table.add(Job(annas, Source(SourceKind.BODY), "", owner=ANNA))


def test_row_without_owner_is_the_admins_alone(api):
    job_table.add(Job(UNKNOWN, Source(SourceKind.BODY), "", state=JobState.FAILED, failure=bad_audio("why").failure))
    for method, path in WITH_ID:
        for owner in (ANNA, DEPLOYMENT_OWNER, PUBLIC_OWNER):
            assert api.of(owner)(method, path.replace("{id}", UNKNOWN)).status == 404, (method, path)
    assert api.get(f"/requests/{UNKNOWN}").status == 200


def test_read_key_changes_nothing(api, annas):
    """A route that changes something needs the scope write, and its method tells those that do."""
    job_table.fail(annas, bad_audio("why").failure)
    for method, path in WITH_ID + WITHOUT_ID:
        changes = method != "GET" and not path.endswith("/result")

        answer = api.of(ANNA, "read")(method, path.replace("{id}", annas), AUDIO if method == "POST" else None)

        assert (answer.status == 403) == changes, (method, path)
        assert ("scope read" in answer.text) == changes
        assert (ROUTES[method, path].scope is Scope.WRITE) == changes


def test_list_has_the_callers_own_jobs(api, annas):
    berts = api.of(BERT).post("/listen", AUDIO).json["request_id"]
    job_table.add(Job(UNKNOWN, Source(SourceKind.UPLOAD), "", owner=DEPLOYMENT_OWNER))
    public = api.of(PUBLIC_OWNER).post("/listen", AUDIO).json["request_id"]
    expected = {
        ANNA: {annas},
        BERT: {berts},
        DEPLOYMENT_OWNER: {UNKNOWN},
        PUBLIC_OWNER: set(),
        "nobody": set(),
    }

    listed = {
        owner: {job["request_id"] for job in api.of(owner, "read").get("/requests").json["requests"]}
        for owner in expected
    }

    assert listed == expected
    assert {job["request_id"] for job in api.get("/requests").json["requests"]} == {annas, berts, UNKNOWN, public}


def test_page_token_of_others_leads_to_own_jobs_only(api):
    """A token says from where on, not whose."""
    for owner in (ANNA, BERT):
        for number in range(3):
            api.of(owner).post(f"/listen?tag={number}", AUDIO)
    token = api.of(ANNA).get("/requests?limit=1").json["next"]

    page = api.of(BERT).get(f"/requests?next={token}").json["requests"]

    assert {job["owner"] for job in page} <= {BERT}


def test_anonymous_caller_reads_by_id_what_is_public(api, complete):
    job_id = api.of(PUBLIC_OWNER).post("/listen", AUDIO).json["request_id"]
    complete(job_id, "Hello.")
    stranger = api.of(PUBLIC_OWNER, address="198.51.100.7")

    assert stranger.get(f"/requests/{job_id}/result").status == 200
    assert stranger.get(f"/requests/{job_id[:8]}/result").status == 404, "a short id can be guessed"
    assert stranger.get("/requests").json == {"requests": [], "anonymous": True}


@pytest.mark.parametrize("other", [{"owner": BERT}, {"owner": ANNA, "name": "other.wav"}])
def test_same_request_of_another_caller_is_another_job(api, annas, other):
    """Both keys may have the same name; only their owner tells them apart."""
    headers = {"Content_Disposition": f'attachment; filename="{other["name"]}"'} if "name" in other else {}

    assert api.of(ANNA).post("/listen", AUDIO).json["request_id"] == annas
    assert api.of(other["owner"]).post("/listen", AUDIO, **headers).json["request_id"] != annas


def test_same_request_without_key_is_one_job_an_address(api):
    near, far = (api.of(PUBLIC_OWNER, address=address) for address in ("192.0.2.1", "198.51.100.7"))
    first = near.post("/listen", AUDIO).json["request_id"]

    assert near.post("/listen", AUDIO).json["request_id"] == first
    assert far.post("/listen", AUDIO).json["request_id"] != first


def test_same_request_with_another_callback_is_another_job(api):
    ids = {
        api.of(ANNA).post(f"/listen?callback=https://example.org/{path}", AUDIO).json["request_id"] for path in "aab"
    }

    assert len(ids) == 2


def test_audio_of_another_job_is_no_source(api, annas):
    """A caller who can transcribe audio can read what it says."""
    s3.put(S3Object("transcripts", shard_result_key(annas, 0)), b"{}", "application/json")
    for key in (body_key(annas), shard_result_key(annas, 0), body_key(UNKNOWN)):
        url = f"s3://transcripts/{key}"
        answer = api.of(BERT).post("/listen", {"url": url})
        assert (answer.status, answer.json["err_code"]) == (400, "REMOTE_CONTENT_ERROR")
        assert answer.json["err_msg"] == f"There is no object {url} (any more)."
    own = f"s3://transcripts/{body_key(annas)}"
    assert [caller.post("/listen", {"url": own}).status for caller in (api.of(ANNA), api)] == [303, 303]


@pytest.mark.parametrize(("owner", "status"), [(ANNA, 400), (PUBLIC_OWNER, 400), (DEPLOYMENT_OWNER, 303)])
def test_uploads_bucket_is_the_deployments(api, owner, status):
    s3.put(S3Object("uploads", "a.flac"), AUDIO, "audio/flac")

    for key in ("a.flac", "missing.flac"):
        assert api.of(owner).post("/listen", {"url": f"s3://uploads/{key}"}).status == status
        assert api.post("/listen", {"url": f"s3://uploads/{key}"}).status == 303


def test_short_id_names_one_of_the_callers_jobs(api):
    first, second = "abcdef12-0000-4000-8000-000000000000", "abcdef34-0000-4000-8000-000000000000"
    for job_id, owner in ((first, ANNA), (second, BERT)):
        job_table.add(Job(job_id, Source(SourceKind.BODY), "", owner=owner))

    assert api.of(ANNA).get("/requests/abcdef").json["request_id"] == first
    assert api.of(BERT).get("/requests/ABCDEF").json["request_id"] == second
    assert api.get("/requests/abcdef12").json["request_id"] == first
    assert api.of(ANNA).get("/requests/abcde").status == 404
    several = api.get("/requests/abcdef")
    assert several.status == 404
    assert "ids of 2 requests begin with abcdef" in several.json["err_msg"]


def test_id_is_found_as_it_is_pasted(api):
    job_id = api.post("/listen", b"RIFF", Prefer="respond-async").json["request_id"]

    for pasted in (job_id.replace("-", ""), job_id.replace("-", "").upper(), f" {job_id}\n"):
        assert api.get(f"/requests/{pasted}").json["request_id"] == job_id


def test_short_id_of_a_deleted_job_is_unknown(api, annas):
    api.of(ANNA)("DELETE", f"/requests/{annas}?action=delete")

    assert dynamodb.get(f"JOB#{annas}") is None
    assert api.of(ANNA).get(f"/requests/{annas[:6]}").status == 404


def test_scope_that_is_unknown_reads_only(api):
    assert api.of(ANNA, "superuser").post("/listen", AUDIO).status == 403
    assert api.of(ANNA, "superuser").get("/requests").status == 200
