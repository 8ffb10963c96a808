"""Fixtures of the synthesized stack: the default (GPU flavour), the CPU flavour, and public mode."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from infra import synth
from tests.synth.assembly import Assembly
from tests.synth.assembly_cache import cached_assembly


@pytest.fixture(scope="session")
def synthesized() -> Callable[..., Assembly]:
    """A function that synthesizes with the given context; it raises what `infra.synth` raises."""

    @cache
    def assembly_with(**context: str) -> Assembly:
        name = ",".join(f"{key}={value}" for key, value in sorted(context.items())) or "default"
        name = name.replace("/", "_")  # it becomes the name of a folder
        return Assembly.load(cached_assembly(name, lambda folder: synth.synthesize(folder, context)))

    return assembly_with


@pytest.fixture(scope="session")
def gpu(synthesized: Callable[..., Assembly]) -> Assembly:
    """The default: what `make synth` wrote, unless its inputs have changed since."""
    return Assembly.load(synth.OUT) if synth.is_current(synth.OUT, synth.digest()) else synthesized()


@pytest.fixture(scope="session")
def public(synthesized: Callable[..., Assembly]) -> Assembly:
    """Public mode, with an address for alarms and a dashboard."""
    return synthesized(public="true", alarm_email="ops@example.org", dashboard="true")


@pytest.fixture(scope="session")
def cpu() -> Assembly:
    """The template of `cdk deploy -c flavour=cpu`: the CDK CLI runs the app of cdk.json with two variables."""

    def synthesize_as_the_cli(folder: Path) -> None:
        config = json.loads((synth.ROOT / "cdk.json").read_text())
        context = config["context"] | {"flavour": "cpu"}
        variables = {"CDK_OUTDIR": str(folder), "CDK_CONTEXT_JSON": json.dumps(context)}
        _, *arguments = config["app"].split()
        run = subprocess.run(
            [sys.executable, *arguments],
            cwd=synth.ROOT,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, run.stdout + run.stderr

    return Assembly.load(cached_assembly("cli,flavour=cpu", synthesize_as_the_cli))


@pytest.fixture(params=["gpu", "cpu", "public"])
def assembly(request: pytest.FixtureRequest) -> Assembly:
    """Each of the three, one after the other."""
    return request.getfixturevalue(request.param)
