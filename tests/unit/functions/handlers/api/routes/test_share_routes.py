"""Links to one transcript: who makes, lists and withdraws them, and what their holders see."""

from __future__ import annotations

import json
import logging
from datetime import datetime

import pytest

from earshot_contract.credentials.api_keys import PUBLIC_OWNER
from earshot_contract.keys import body_key
from functions.aws import s3
from functions.aws.table import dynamodb, job_table
from functions.handlers.api.router import ROUTES, SharedRoute
from functions.jobs import shares
from functions.settings import settings
from tests.fixtures.local_cloud.logs import log_records

ANNA = "a1" * 8
AUDIO = b"\xff\xfb\x90\x00 audio"
SHARED = [(method, path) for (method, path), route in ROUTES.items() if isinstance(route, SharedRoute)]


@pytest.fixture
def job_id(api, complete) -> str:
    query = "punctuate=true&tag=secret-tag&extra=customer:secret-extra&name=talk.mp3"
    made = api.of(ANNA).post(f"/listen?{query}", AUDIO).json["request_id"]
    complete(made, "Hello,", "world.", speakers=1)
    return made


def share(api, job_id: str, **wishes):
    return api.of(ANNA).post(f"/requests/{job_id}/shares", wishes or None)


def opened(api, job_id: str, secret: str, rest: str = "", scheme: str = "Share"):
    """Return the answer to a holder of a link, who has no key."""
    nobody = type(api)(None)
    return nobody("GET", f"/shared/{job_id}{rest}", headers={"Authorization": f"{scheme} {secret}"})


def test_holder_of_a_link_reads_every_format(api, job_id):
    made = share(api, job_id)
    secret = made.json["secret"]

    assert made.status == 200
    assert made.json["link"] == f"/v1/#/shared/{job_id}/{secret}"
    shown = opened(api, job_id, secret)
    assert shown.json["name"] == "talk.mp3"
    assert shown.json["audio"] is True
    for form in ("json", "srt", "vtt", "txt"):
        answer = opened(api, job_id, secret, f"/result?format={form}")
        assert "Hello, world." in answer.text, form
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"] == "noindex"
    assert body_key(job_id) in opened(api, job_id, secret, "/audio").json["url"]


def test_holder_learns_nothing_that_is_the_owners(api, job_id):
    secret = share(api, job_id).json["secret"]

    for method, path in SHARED:
        assert method == "GET"
        answer = opened(api, job_id, secret, path.removeprefix("/shared/{id}"))
        assert answer.status == 200
        assert not any(word in answer.text for word in ("secret-tag", "secret-extra", ANNA, "tests")), path


def test_holder_reads_corrections_and_no_earlier_words(api, job_id):
    edits = {
        "changes": [{"channel": 0, "first": 0, "count": 1, "text": "Goodbye,"}],
        "speakers": [{"channel": 0, "speaker": 0, "name": "Elinor"}],
    }
    put = api("PUT", f"/requests/{job_id}/edits", json.dumps(edits).encode(), {"If-Match": "none"})
    secret = share(api, job_id).json["secret"]

    answers = [
        opened(api, job_id, secret, f"/result?edited=false&format={form}").text for form in ("json", "srt", "txt")
    ]

    assert put.status == 200
    assert all("Goodbye," in text and "Hello" not in text for text in answers)
    shown = opened(api, job_id, secret).json
    assert (shown["edited"], shown["speakers"]) == (True, edits["speakers"])


def test_link_without_audio_leads_to_words_alone(api, job_id):
    secret = share(api, job_id, audio=False).json["secret"]

    assert opened(api, job_id, secret).json["audio"] is False
    assert opened(api, job_id, secret, "/audio").status == 403
    assert opened(api, job_id, secret, "/result").status == 200


def test_secret_opens_its_own_job_and_the_shared_routes_only(api, job_id, complete):
    other = api.of(ANNA).post("/listen?tag=other", AUDIO).json["request_id"]
    complete(other, "Other.")
    secret = share(api, job_id).json["secret"]

    for wrong in (
        opened(api, other, secret),
        opened(api, job_id[:8], secret),
        opened(api, "no such id", secret),
        opened(api, job_id, secret + "x"),
        opened(api, job_id, ""),
        opened(api, job_id, secret, scheme="Token"),
    ):
        assert (wrong.status, wrong.json["err_code"]) == (404, "NOT_FOUND")
        assert "This link does not lead to a transcript" in wrong.json["err_msg"]
    nobody = type(api)(None)
    for path in (f"/requests/{job_id}", f"/requests/{job_id}/result", f"/requests/{job_id}/shares"):
        assert nobody("GET", path, headers={"Authorization": f"Share {secret}"}).status == 404


def test_secret_is_stored_and_logged_nowhere(api, job_id):
    with log_records(logging.DEBUG) as records:
        secret = share(api, job_id).json["secret"]
        opened(api, job_id, secret, "/result")

    row = dynamodb.get(f"JOB#{job_id}")
    assert len(secret) == 22  # 128 bits
    assert row["shares"][0]["digest"] == shares.secret_digest(secret)
    assert secret not in json.dumps(row)
    assert "Shared" in [record.getMessage() for record in records]
    assert secret not in str([vars(record) for record in records])
    assert secret not in api.of(ANNA).get(f"/requests/{job_id}").text


def test_withdrawn_link_ends_at_once_and_others_stay(api, job_id):
    first, second = share(api, job_id).json, share(api, job_id, days=30).json
    asking = api.of(ANNA)
    assert [each["share_id"] for each in asking.get(f"/requests/{job_id}/shares").json["shares"]] == [
        first["share_id"],
        second["share_id"],
    ]

    left = asking("DELETE", f"/requests/{job_id}/shares/{first['share_id']}")

    assert [each["share_id"] for each in left.json["shares"]] == [second["share_id"]]
    assert "secret" not in left.text
    assert opened(api, job_id, first["secret"]).status == 404
    assert opened(api, job_id, second["secret"]).status == 200
    assert asking("DELETE", f"/requests/{job_id}/shares/{first['share_id']}").status == 404
    asking("DELETE", f"/requests/{job_id}/shares/{second['share_id']}")
    assert asking.get(f"/requests/{job_id}/shares").json == {"shares": []}


def test_link_ends_after_its_days_and_with_the_row(api, job_id, monkeypatch):
    week, month = share(api, job_id).json, share(api, job_id, days=30).json
    lasts = [
        (datetime.fromisoformat(each["expires"]) - datetime.fromisoformat(each["created"])).total_seconds() / 86400
        for each in (week, month)
    ]
    assert lasts[0] == 7
    assert 29.9 < lasts[1] <= 30  # the row, made a moment before, ends first

    monkeypatch.setattr("functions.handlers.api.access.timestamp", lambda: week["expires"])

    assert opened(api, job_id, week["secret"]).status == 404
    assert opened(api, job_id, month["secret"]).status == 200


def test_deleted_job_takes_its_links_along(api, job_id):
    secret = share(api, job_id).json["secret"]
    before = opened(api, job_id, secret, "/result").status

    api.of(ANNA)("DELETE", f"/requests/{job_id}")

    assert before == 200
    assert {opened(api, job_id, secret, rest).status for rest in ("", "/result", "/audio")} == {404}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"days": 0}', "days is a whole number from 1 to 30"),
        (b'{"days": 31}', "days is a whole number from 1 to 30"),
        (b'{"days": true}', "days is a whole number"),
        (b'{"days": "7"}', "days is a whole number"),
        (b'{"audio": 1}', "audio is true or false"),
        (b"[]", "The body is JSON"),
        (b"{", "The body is JSON"),
    ],
)
def test_wish_that_cannot_be_is_refused(api, job_id, body, message):
    answer = api.post(f"/requests/{job_id}/shares", body)

    assert answer.status == 400
    assert message in answer.json["err_msg"]
    assert api.get(f"/requests/{job_id}/shares").json == {"shares": []}


def test_short_retention_shortens_the_default(api, job_id, monkeypatch):
    monkeypatch.setenv("RETENTION_DAYS", "3")
    settings.cache_clear()

    assert share(api, job_id).status == 200


def test_job_without_transcript_has_no_link(api):
    running = api.of(ANNA).post("/listen", AUDIO).json["request_id"]

    assert share(api, running).status == 400


def test_job_of_callers_without_a_key_has_no_link(api, complete):
    made = api.of(PUBLIC_OWNER).post("/listen", AUDIO).json["request_id"]
    complete(made, "Hello.")

    for caller in (api, api.of(PUBLIC_OWNER)):
        answer = caller.post(f"/requests/{made}/shares")
        assert answer.status == 400
        assert "whoever knows its id" in answer.json["err_msg"]


def test_links_of_a_job_are_limited_and_ended_ones_do_not_count(api, job_id, monkeypatch):
    monkeypatch.setattr("functions.handlers.api.routes.share_routes.MAX_SHARES", 2)
    made = [share(api, job_id, days=1), share(api, job_id, days=1)]
    assert share(api, job_id).status == 400

    clock = "functions.handlers.api.routes.share_routes.timestamp"
    monkeypatch.setattr(clock, lambda now=None: made[1].json["expires"])

    assert share(api, job_id).status == 200
    assert len(job_table.find(job_id).shares) == 1  # what has ended is forgotten


def test_link_made_meanwhile_is_not_lost(api, job_id):
    stale = job_table.find(job_id)
    share(api, job_id)

    assert job_table.set_shares(stale, []) is None
    assert len(job_table.find(job_id).shares) == 1


def test_audio_that_is_gone_says_so_to_the_holder(api, job_id):
    secret = share(api, job_id).json["secret"]
    s3.remove("transcripts", [body_key(job_id)])

    assert opened(api, job_id, secret, "/audio").status == 410
