"""Redaction that is requested where none is done: the routes of a job that is made already, and uploads."""

from __future__ import annotations

import pytest

from functions.handlers.api.openai_form import TASKS
from functions.handlers.api.router import ROUTES, SharedRoute

WITHOUT_OPTIONS = [
    (method, path)
    for (method, path), route in ROUTES.items()
    if not isinstance(route, SharedRoute) and path not in ("/", "/listen", *TASKS)
]


@pytest.mark.parametrize("query", ["redact=pci", "Redact[]=true", "redatc=pci", "redact_audio=true"])
@pytest.mark.parametrize(("method", "path"), WITHOUT_OPTIONS)
def test_redaction_where_none_is_done_is_refused(api, method, path, query):
    """The routes of a job that is made already, and uploads: the answer would hold what the caller wants left out."""
    answer = api(method, f"{path}?{query}".replace("{id}", "x"), None)

    assert answer.status == 400
    assert "redact" in answer.json["err_msg"]


def test_redaction_of_an_upload_that_is_made_is_refused(api):
    assert "redact" in api.post("/uploads", {"size": 9, "redact": ["pci"]}).json["err_msg"]
    assert api.post("/uploads?redact=false", {"redact": False}).status == 200
