"""The stack, synthesized for real: as it is by default, with the CPU flavour, and open to the public."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from infra import synth
from tests.synth.assembly import Assembly


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Assembly]:
    """Synthesizes with the given context, each only once; raises what `infra.synth` raises."""
    assemblies: dict[tuple[tuple[str, str], ...], Assembly] = {}

    def synthesize(**context: str) -> Assembly:
        key = tuple(sorted(context.items()))
        if key not in assemblies:
            folder = tmp_path_factory.mktemp("assembly")
            synth.synthesize(folder, context)
            assemblies[key] = Assembly.load(folder)
        return assemblies[key]

    return synthesize


@pytest.fixture(scope="session")
def gpu(synthesized: Callable[..., Assembly]) -> Assembly:
    """What `make synth` makes."""
    return synthesized()


@pytest.fixture(scope="session")
def public(synthesized: Callable[..., Assembly]) -> Assembly:
    return synthesized(public="true", alarm_email="ops@example.org")


@pytest.fixture(scope="session")
def cpu(tmp_path_factory: pytest.TempPathFactory, gpu: Assembly) -> Assembly:
    """What `cdk deploy -c flavour=cpu` deploys: the CLI runs cdk.json's app and talks by environment variables."""
    folder = tmp_path_factory.mktemp("cli")
    config = json.loads((synth.ROOT / "cdk.json").read_text())
    context = config["context"] | {"flavour": "cpu"}
    cli = {"CDK_OUTDIR": str(folder), "CDK_CONTEXT_JSON": json.dumps(context)}
    _, *arguments = config["app"].split()
    done = subprocess.run(
        [sys.executable, *arguments], cwd=synth.ROOT, env={**os.environ, **cli}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Assembly.load(folder)


@pytest.fixture(params=["gpu", "cpu", "public"])
def assembly(request: pytest.FixtureRequest) -> Assembly:
    """Each of the three."""
    return request.getfixturevalue(request.param)
