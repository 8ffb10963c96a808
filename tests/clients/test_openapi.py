"""Every request that fits the API's description gets an answer that fits it, too."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from jsonschema import Draft202012Validator
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from infra.openapi.document import describe
from localcloud.cloud import Cloud
from tests.clients import test_deepgram, test_openai
from tests.clients.conftest import Outcomes

pytestmark = pytest.mark.timeout(600)  # the first test of an SDK installs it and runs all its scenarios

EXAMPLES = 8  # of each operation
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]

schemathesis.serializer.alias("audio/*", "application/octet-stream")
api = schemathesis.openapi.from_dict(describe())
api.config.generation.modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@api.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_openapi_describes_every_answer(case: Case, cloud: Cloud) -> None:
    answer = case.call(base_url=f"{cloud.api}/v1", headers={"Prefer": "wait=2"}, allow_redirects=False)

    case.validate_response(answer, checks=CHECKS)


def test_served_openapi_equals_generated(cloud: Cloud) -> None:
    with urllib.request.urlopen(f"{cloud.api}/v1/openapi.json") as served:
        assert json.load(served) == describe()
    with urllib.request.urlopen(f"{cloud.api}/v1/docs") as served:
        assert served.headers["content-type"].startswith("text/html")
        assert b"/v1/listen" in served.read()


@pytest.mark.parametrize(
    ("sdk", "scenarios", "schema"),
    [
        ("js-deepgram-5", ("url", "file", "stream", "plain", "long"), "ListenAnswer"),
        ("js-deepgram-5", ("callback", "callback_file"), "Accepted"),
        ("js-openai", ("json",), "Transcription"),
        ("js-openai", ("verbose", "words", "both", "translation"), "VerboseTranscription"),
    ],
)
def test_openapi_describes_answers_to_sdks(
    driven: Callable[..., Outcomes], sdk: str, scenarios: tuple[str, ...], schema: str
) -> None:
    """JavaScript's SDKs hand an answer on as it came."""
    outcomes = driven(sdk, {**test_deepgram.SCENARIOS, **test_openai.SCENARIOS}[sdk])
    described = Draft202012Validator({"$ref": f"#/components/schemas/{schema}", **describe()})

    for scenario in scenarios:
        described.validate(outcomes[scenario]["result"])
