"""Options in a JSON body or where none is read: they are warned about; redaction there is refused."""

from __future__ import annotations

import pytest

from functions.aws.table import job_table
from functions.handlers.api.bodies.openai_form import TASKS
from functions.handlers.api.router import ROUTES, SharedRoute
from functions.options.options import Options
from tests.fixtures.rows import each_row


def test_options_in_the_json_body_are_warned_about(api):
    made = api.post("/listen?punctuate=true", {"url": "https://a.example/a", "Language": "de", "mimetype": "audio/ogg"})

    job = job_table.find(made.json["request_id"])
    (found,) = Options.from_stored(job.parsed, job.options).warnings
    assert found["parameter"] == "language"
    assert "/v1/listen?language=" in found["message"]


@pytest.mark.parametrize("value", [False, None, "", "false", [], ["false"]])
def test_redaction_for_nothing_in_the_body_is_warned_about(api, value):
    made = api.post("/listen", {"url": "https://a.example/a", "redact": value})

    job = job_table.find(made.json["request_id"])
    (found,) = Options.from_stored(job.parsed, job.options).warnings
    assert found["parameter"] == "redact"


@pytest.mark.parametrize("value", [True, "pci", ["pci"], ["false", "pci"], {"pci": True}, 1])
def test_redaction_in_the_json_body_is_refused(api, executions, value):
    answer = api.post("/listen", {"url": "https://a.example/a", "redact": value})

    assert (answer.status, answer.json["err_code"]) == (400, "INVALID_QUERY_PARAMETER")
    assert executions() == []


@pytest.mark.parametrize("name", ["redatc", "Redact", "redact_pii"])
def test_misspelt_redaction_in_the_json_body_is_refused(api, executions, name):
    answer = api.post("/listen", {"url": "https://a.example/a", name: "pci"})

    assert (answer.status, answer.json["err_code"]) == (400, "INVALID_QUERY_PARAMETER")
    assert executions() == []


WITHOUT_OPTIONS = [
    (method, path)
    for (method, path), route in ROUTES.items()
    if not isinstance(route, SharedRoute) and path not in ("/", "/listen", *TASKS)
]


@each_row("query", ["redact=pci", "Redact[]=true", "redatc=pci", "redact_audio=true"])
@each_row(("method", "path"), WITHOUT_OPTIONS)
def test_redaction_where_none_is_done_is_refused(api, method, path, query):
    """The routes of a job that is made already, and uploads: the answer would hold what the caller wants left out."""
    answer = api(method, f"{path}?{query}".replace("{id}", "x"), None)

    assert answer.status == 400
    assert "redact" in answer.json["err_msg"]


def test_redaction_of_an_upload_that_is_made_is_refused(api):
    assert "redact" in api.post("/uploads", {"size": 9, "redact": ["pci"]}).json["err_msg"]
    for nothing in (False, None, ["false"]):
        assert api.post("/uploads?redact=false", {"redact": nothing}).status == 200
