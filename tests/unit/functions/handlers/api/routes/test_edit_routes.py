"""GET and PUT /v1/requests/{id}/edits, and results with them."""

from __future__ import annotations

import json

import pytest

from earshot_contract.documents.s3_object import S3Object
from functions.aws import s3
from functions.aws.table import job_table

AUDIO = b"\xff\xfb\x90\x00 audio"
CHANGE = {"changes": [{"channel": 0, "first": 0, "count": 1, "text": "Goodbye,"}], "speakers": []}


@pytest.fixture
def job_id(api, complete) -> str:
    made = api.post("/listen?punctuate=true", AUDIO).json["request_id"]
    complete(made, "Hello,", "world.")
    return made


def put(api, job_id, document, version):
    headers = {"If-Match": version} if version else {}
    return api("PUT", f"/requests/{job_id}/edits", json.dumps(document).encode(), headers)


def transcripts(api, job_id, query=""):
    """The transcript in each format."""
    results = [
        api.get(f"/requests/{job_id}/result?format={form}{query}").text for form in ("json", "srt", "vtt", "txt")
    ]
    return [*results, api.get(f"/requests/{job_id}/result?response_format=text{query}").text]


def test_edits_begin_empty_with_a_version(api, job_id):
    shown = api.get(f"/requests/{job_id}/edits")

    assert shown.json == {"changes": [], "speakers": []}
    assert shown.headers["etag"] == '"none"'


def test_edits_are_in_every_format_and_can_be_left_out(api, job_id):
    model_wrote = transcripts(api, job_id)
    answer = put(api, job_id, CHANGE, '"none"')

    assert answer.status == 200
    [change] = answer.json["changes"]
    assert [word["punctuated_word"] for word in change["words"]] == ["Goodbye,"]
    assert change["replaced"] == "Hello,"
    assert all("Goodbye," in text and "Hello" not in text for text in transcripts(api, job_id))
    assert transcripts(api, job_id, "&edited=false") == model_wrote
    assert api.get(f"/requests/{job_id}").json["edited"] is True
    assert api.get(f"/requests/{job_id}/edits").headers["etag"] == answer.headers["etag"]


def test_edits_of_another_person_are_not_overwritten(api, job_id):
    first = put(api, job_id, CHANGE, '"none"')

    late = put(api, job_id, {"speakers": [{"channel": 0, "speaker": 0, "name": "Elinor"}]}, '"none"')

    assert (late.status, late.json["err_code"]) == (412, "EDITED_MEANWHILE")
    assert api.get(f"/requests/{job_id}/edits").headers["etag"] == first.headers["etag"]
    assert put(api, job_id, {}, first.headers["etag"]).headers["etag"] == '"none"'
    assert "Hello," in transcripts(api, job_id)[0]


def test_edits_of_moved_words_are_warned_about_and_replaced(api, complete):
    made = api.post("/listen?punctuate=true", AUDIO).json["request_id"]
    complete(made, "Hello,", "world.")
    whole = {"changes": [{"channel": 0, "first": 0, "count": 2, "text": "Goodbye."}], "speakers": []}
    version = put(api, made, whole, '"none"').headers["etag"]
    key = S3Object("transcripts", f"jobs/{made}/transcript.json")
    stored = s3.get(key)
    assert stored
    document = json.loads(stored)
    [segment] = document["channels"][0]["segments"]
    segment |= {"text": "Hello,", "words": segment["words"][:1]}  # as if an upgrade made one word of the two
    s3.put(key, json.dumps(document).encode(), "application/json")

    answers = [api.get(f"/requests/{made}/result?format={form}") for form in ("json", "srt", "vtt", "txt")]
    shown = api.get(f"/requests/{made}/edits")

    assert [answer.status for answer in answers] == [200] * 4
    assert all("Hello," in answer.text for answer in answers)
    [warning] = answers[0].json["metadata"]["warnings"]
    assert warning["type"] == "corrections_left_out"
    assert (shown.status, shown.json["changes"], shown.headers["etag"]) == (200, [], version)
    assert put(api, made, whole, version).status == 400
    assert put(api, made, CHANGE, version).status == 200
    assert "Goodbye," in api.get(f"/requests/{made}/result?format=txt").text


@pytest.mark.parametrize("spelt", ["{}", '"{}"', 'W/"{}"', 'w/"{}"', '"other", "{}"', 'W/"x",W/"{}"', '"*"', "*"])
def test_version_is_read_as_programs_and_proxies_spell_it(api, job_id, spelt):
    for change in (CHANGE, {}, CHANGE):
        version = api.get(f"/requests/{job_id}/edits").headers["etag"].strip('"')

        assert put(api, job_id, change, spelt.format(version)).status == 200


@pytest.mark.parametrize(
    ("version", "says"), [("a" * 32, "Somebody else"), ('"x"', "as it came"), ('W/"none-gzip"', "as it came")]
)
def test_other_version_and_no_version_differ(api, job_id, version, says):
    answer = put(api, job_id, CHANGE, version)

    assert (answer.status, answer.json["err_code"]) == (412, "EDITED_MEANWHILE")
    assert says in answer.json["err_msg"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "the JSON is incomplete"),
        (b"[]", "the JSON is of the type array, not object"),
        (b'{"changes": [{"channel": "0"}]}', "`changes[0].channel` is of the type string, not integer"),
        (b'{"changes": [{"channel": 0}]}', "`changes[0]` has no member `first`"),
        (b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"changes": [{"channel": 0, "first": 0, "count": 1, "text": "\\ud800"}]}', "incomplete"),
    ],
)
def test_unreadable_edits_are_refused_with_the_reason(api, job_id, body, says):
    answer = api("PUT", f"/requests/{job_id}/edits", body, {"If-Match": "none"})

    assert answer.status == 400
    assert says in answer.json["err_msg"]
    assert "Corrections" not in answer.json["err_msg"]


@pytest.mark.parametrize(
    ("speakers", "names", "says"),
    [
        (0, [(0, 0)], "diarize=true"),
        (2, [(0, 99)], "Channel 0 has no speaker 99; its speakers: 0, 1."),
        (2, [(1, 0)], "Channel 1 has no speaker 0"),
        (2, [(0, -1)], "no speaker -1"),
        (2, [(0, 1), (0, 1)], "two names"),
    ],
)
def test_name_of_nobody_is_refused(api, complete, speakers, names, says):
    made = api.post("/listen?punctuate=true", AUDIO).json["request_id"]
    complete(made, "Hello,", "world.", speakers=speakers)
    document = {"speakers": [{"channel": channel, "speaker": speaker, "name": "Elinor"} for channel, speaker in names]}

    answer = put(api, made, document, "none")

    assert answer.status == 400
    assert says in answer.json["err_msg"]


@pytest.mark.parametrize(
    ("document", "version", "status"),
    [
        (CHANGE, "", 428),
        ({"changes": [{"channel": 0, "first": 9, "count": 1, "text": ""}]}, '"none"', 400),
        ({"changes": [{"channel": 0}]}, '"none"', 400),
        ([], '"none"', 400),
        ({"change": CHANGE["changes"]}, '"none"', 400),
        ({"edits": [], "speakers": []}, '"none"', 400),
    ],
)
def test_edits_that_cannot_be_are_refused(api, job_id, document, version, status):
    assert put(api, job_id, document, version).status == status
    assert api.get(f"/requests/{job_id}/edits").json["changes"] == []


def test_edits_need_a_transcript(api):
    running = api.post("/listen", AUDIO).json["request_id"]

    assert put(api, running, CHANGE, '"none"').status == 400


def test_deleted_job_takes_its_edits_along(api, job_id):
    put(api, job_id, CHANGE, '"none"')
    assert list(s3.keys("transcripts", f"jobs/{job_id}/edits/"))

    api("DELETE", f"/requests/{job_id}")

    assert not list(s3.keys("transcripts", f"jobs/{job_id}/"))


@pytest.mark.parametrize(("version", "status"), [("*", 200), ('"none"', 412)])
def test_any_version_replaces_what_another_writes_meanwhile(api, job_id, monkeypatch, version, status):
    """The other one comes between the look at the row and the write."""
    written, set_edits = [], job_table.set_edits

    def meet(*arguments):
        if not written:
            written.append(set_edits(job_id, None, "b" * 32))
        return set_edits(*arguments)

    monkeypatch.setattr(job_table, "set_edits", meet)

    assert put(api, job_id, CHANGE, version).status == status
    assert (job_table.find(job_id).edits == "b" * 32) is (status == 412)
