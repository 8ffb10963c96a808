"""Answers that the page's browser test makes up are answers that the API gives."""

from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from infra.openapi.document import describe
from tests.paths import ROOT

EXAMPLES = json.loads((ROOT / "tests" / "clients" / "page" / "examples.json").read_text())


def test_made_up_answers_are_as_described():
    description = describe()
    for name, example in EXAMPLES.items():
        schema = "Workers" if name == "workers" else "Job"
        Draft202012Validator({"$ref": f"#/components/schemas/{schema}", **description}).validate(example)
