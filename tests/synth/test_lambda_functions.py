"""Lambda functions: handlers, environment variables, logs, layers, and the build context of the worker's image."""

from __future__ import annotations

import ast
import importlib.metadata
import json
from functools import cache
from pathlib import Path

import pytest

from functions.settings import DeploymentSettings
from infra.synth import ROOT
from tests.fixtures.python_source import nodes
from tests.synth.assembly import HANDLERS, Assembly

FIELDS = {name.upper() for name in DeploymentSettings.__struct_fields__}
# Settings in code that the function imports but never calls: it neither chooses a model nor creates a row.
UNUSED_SETTINGS = {
    "announce": {"ALLOW_PRIVATE_URLS"},
    # It shows workers and launches none; it sends callbacks again and gives none up.
    "api": {"SPEED", "UNDELIVERED_QUEUE_URL", "WORKER_VERSION"},
    "assemble": {"ALLOW_PRIVATE_URLS", "DEFAULT_MODEL"},
    "callback": {"DEFAULT_MODEL", "RETENTION_DAYS"},
    "fail": {"ALLOW_PRIVATE_URLS"},
    "sweep": {"ALLOW_PRIVATE_URLS"},
}


@cache
def imports_and_attributes(file: Path) -> tuple[list[str], set[str]]:
    """Return the names that a module imports, and the names of attributes that it uses."""
    imports: list[str] = []
    attributes: set[str] = set()
    for node in nodes(file.read_text()):
        if isinstance(node, ast.ImportFrom) and node.module:
            imports += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            imports += [alias.name for alias in node.names]
        elif isinstance(node, ast.Attribute):
            attributes.add(node.attr.upper())
    return imports, attributes


def settings_read_by(function: str) -> set[str]:
    """Return the settings that a function's code, and all modules of functions/ that it imports, read."""
    seen: set[str] = set()
    names: set[str] = set()
    todo = [f"functions.handlers.{function}.handler"]
    while todo:
        name = todo.pop()
        path = ROOT / name.replace(".", "/")
        file = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__init__.py"
        if name in seen or not name.startswith("functions") or not file.is_file():
            continue
        seen.add(name)
        imports, attributes = imports_and_attributes(file)
        todo += imports
        names |= attributes & FIELDS
    return names


def test_functions_and_handler_folders_are_the_same(assembly: Assembly) -> None:
    assert sorted(assembly.functions()) == HANDLERS
    handlers = {name: props["Handler"] for name, props in assembly.functions().items()}
    assert handlers == {name: f"functions.handlers.{name}.handler.handler" for name in HANDLERS}


@pytest.mark.parametrize("name", HANDLERS)
def test_function_environment_is_what_its_code_reads(gpu: Assembly, name: str) -> None:
    variables = set(gpu.functions()[name]["Environment"]["Variables"])
    variable_names = {v for v in variables if not v.startswith("POWERTOOLS_")}
    assert variable_names == settings_read_by(name) - UNUSED_SETTINGS.get(name, set())


def test_every_setting_is_set_for_some_function(gpu: Assembly) -> None:
    variables = {v for f in gpu.functions().values() for v in f["Environment"]["Variables"]}
    assert FIELDS - variables == set()


def test_settings_reach_function_environments(gpu: Assembly) -> None:
    def reaches(variable: str, value: str) -> set[str]:
        environments = {n: f["Environment"]["Variables"] for n, f in gpu.functions().items()}
        return {n for n, env in environments.items() if env.get(variable) == value}

    assert {"api", "prepare"} <= reaches("DEFAULT_MODEL", "large-v3-turbo")
    assert reaches("MAX_WORKERS", "4") == {"api", "prepare", "scale", "settle"}, "long files: a shard a worker"
    assert reaches("IDLE_SECONDS", "20") == {"scale", "settle"}, "with quick workers"
    assert reaches("QUICK_WORKERS", "2") == {"api", "scale", "settle"}
    assert reaches("PUBLIC_ACCESS", "false") == {"authorize"}
    assert {"api", "prepare", "callback"} <= reaches("ALLOW_PRIVATE_URLS", "false")


def test_functions_log_json(assembly: Assembly) -> None:
    for name, function in assembly.functions().items():
        assert function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == name
        assert function["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"] == "Earshot"
        assert function["LoggingConfig"]["LogFormat"] == "JSON"


def test_powertools_layer_is_the_locked_release(gpu: Assembly) -> None:
    release = importlib.metadata.version("aws-lambda-powertools")
    for function in gpu.functions().values():
        assert function["Architectures"] == ["arm64"]
        [powertools] = [layer for layer in function["Layers"] if layer["Ref"] in gpu.template["Parameters"]]
        path = gpu.template["Parameters"][powertools["Ref"]]["Default"]
        assert path == f"/aws/service/powertools/python/arm64/{function['Runtime']}/{release}"


def test_request_functions_time_out_before_the_gateway(gpu: Assembly) -> None:
    for name in ("api", "authorize"):
        assert gpu.functions()[name]["Timeout"] <= 29


def test_image_context_is_transcriber_and_contract(gpu: Assembly) -> None:
    images = json.loads((gpu.folder / "Earshot.assets.json").read_text())["dockerImages"].values()
    assert sorted(image["source"]["dockerBuildArgs"]["FLAVOUR"] for image in images) == ["cpu", "gpu"], "quick workers"
    image = next(iter(images))
    context = gpu.folder / image["source"]["directory"]
    assert sorted(p.name for p in context.iterdir()) == ["containers", "events"]
    assert [p.name for p in (context / "containers").iterdir()] == ["transcriber"]
    in_image = sorted(p.name for p in (context / "containers" / "transcriber").iterdir())
    assert in_image == [
        "Dockerfile",
        "requirements-gpu.txt",
        "requirements-quick.txt",
        "requirements.txt",
        "transcriber",
    ], "a change of a document or the benchmark must not deploy another image"
    assert [p.name for p in (context / "events").iterdir()] == ["earshot_contract"]
    assert (context / image["source"]["dockerFile"]).is_file()
    assert list(context.rglob("__pycache__")) == []
