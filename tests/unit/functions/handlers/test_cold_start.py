"""Cold starts: what the import of the handlers loads, and which clients Lambda's init phase creates.

No time is measured. functions/README.md has the figures, and how they were measured.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from functions.aws import clients
from functions.aws.init_phase import connect
from tests.paths import ROOT

# Each costs 5 to 300 ms of CPU. A handler that needs one imports it where it is used.
EXPENSIVE = (
    "aiohttp",
    "aws_xray_sdk",
    "boto3",
    "botocore.client",
    "botocore.session",
    "difflib",
    "http.client",
    "jsonschema",
    "multipart",
    "s3transfer",
    "statistics",
    "urllib.request",
    "urllib3",
)
# What the API needs for few requests, or only once a job is complete.
RARE = (
    "concurrent.futures.thread",
    "earshot_contract.documents.audio_tracks",
    "earshot_contract.documents.job_events",
    "earshot_contract.documents.known_speakers",
    "earshot_contract.documents.shard_results",
    "earshot_contract.documents.shards",
    "email.message",
    "functions.handlers.api.routes.edit_routes",
    "functions.handlers.api.partial_result",
    "functions.handlers.api.routes.shared_routes",
    "functions.rendering.captions",
    "functions.rendering.deepgram",
    "functions.rendering.openai",
    "functions.transcripts",
    "functions.workers.fleet_state",
    "functions.workers.slots",
)
# Classes that Python compiles methods for: one costs 0.5 to 3 ms of CPU, a msgspec Struct 0.05. (Python 3.11)
DATACLASSES = {
    "earshot_contract.documents.manifest.Manifest",
    "earshot_contract.documents.manifest.ModelFile",
}
NETWORK = {"prepare", "callback"}  # they open connections to callers' addresses, always

PROGRAM = """
import json, os, sys
from importlib import import_module
from functions.aws import clients
os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand"
connected = []
clients.client, clients.dynamodb_resource = connected.append, lambda: connected.append("dynamodb")
for name in json.loads(sys.argv[1]):
    connected.clear()
    import_module(f"functions.handlers.{name}.handler")
    print(json.dumps([name, [module for module in json.loads(sys.argv[2]) if module in sys.modules], connected]))
"""
LIST_DATACLASSES = """
import dataclasses, sys
import functions.handlers.api.handler
classes = {kind for module in [*sys.modules.values()] for kind in vars(module).values() if isinstance(kind, type)}
ours = {kind for kind in classes if kind.__module__.split(".")[0] in ("functions", "earshot_contract")}
print(*(f"{kind.__module__}.{kind.__name__}" for kind in ours if "__dataclass_fields__" in vars(kind)))
of_dataclasses = (dataclasses.replace, dataclasses.asdict, dataclasses.fields)
for name, module in sys.modules.items():
    if name.startswith("functions.") and any(v is each for v in vars(module).values() for each in of_dataclasses):
        print(name)
"""


@pytest.fixture(scope="module")
def imports() -> dict[str, tuple[list[str], list[str]]]:
    """Expensive modules that are loaded, and clients that are created, when each handler is imported in turn."""
    names = [path.parent.name for path in (ROOT / "functions" / "handlers").glob("*/handler.py")]
    names.sort(key=lambda name: (name in NETWORK, name != "api", name))
    command = [sys.executable, "-c", PROGRAM, json.dumps(names), json.dumps(EXPENSIVE + RARE)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return {name: (loaded, connected) for name, loaded, connected in map(json.loads, lines)}


@pytest.mark.slow
def test_import_of_handlers_loads_no_expensive_module(imports: Any) -> None:
    loaded = {name: set(modules) - set(RARE) for name, (modules, _) in imports.items()}

    assert {name: found for name, found in loaded.items() if found and name not in NETWORK} == {}
    assert set.union(*loaded.values()) <= {"http.client"}


@pytest.mark.slow
def test_import_of_api_loads_no_module_of_rare_requests(imports: Any) -> None:
    loaded, _ = imports["api"]

    assert set(loaded) & set(RARE) == set()


@pytest.mark.slow
def test_import_of_api_makes_no_new_dataclass() -> None:
    command = [sys.executable, "-c", LIST_DATACLASSES]
    found = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())

    assert found == DATACLASSES  # and no module with `dataclasses.replace`, which a Struct fails: mypy does not notice


@pytest.mark.slow
def test_every_handler_connects_in_the_init_phase(imports: Any) -> None:
    connected = {name: services for name, (_, services) in imports.items()}

    assert len(connected) == 10
    assert all(connected.values()), connected
    assert connected["api"] == ["dynamodb", "s3", "stepfunctions"]
    assert connected["authorize"] == ["dynamodb"]


def test_connect_outside_of_init_phase_creates_no_client(monkeypatch: pytest.MonkeyPatch) -> None:
    created: list[str] = []
    monkeypatch.setattr(clients, "client", created.append)
    monkeypatch.setattr(clients, "dynamodb_resource", lambda: created.append("table"))
    monkeypatch.delenv("AWS_LAMBDA_INITIALIZATION_TYPE", raising=False)
    connect("dynamodb", "s3")
    assert created == []

    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
    connect("dynamodb", "s3")
    assert created == ["table", "s3"]
