"""Fixtures for tests of patches: each runs on the unpatched emulators of this process, and can apply one patch."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localcloud.emulator.durability.durable_state import DurableState
from localcloud.emulator.durability.journal import Journal
from localcloud.patches import registry

Apply = Callable[[str], registry.Runtime]


def mended(module: str) -> str:
    """Message of a failing `upstream` test."""
    return f"{module.partition('_')[0]} was mended: delete localcloud/patches/{module}.py"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "upstream: the unpatched emulator still behaves wrongly; fails when mended")


@pytest.fixture(autouse=True)
def _aws_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def apply() -> Iterator[Apply]:
    """Apply the patch of a module, and return what it works on; its originals are put back after the test."""
    originals: dict[str, Any] = {}

    def apply_patch(module: str) -> registry.Runtime:
        patch = importlib.import_module(f"localcloud.patches.{module}").PATCH
        for point in patch.points:
            value = registry.original(point)
            originals[point] = dict(value) if isinstance(value, dict) else value
        runtime: Any = registry.Runtime(
            "http://127.0.0.1:1",
            _NoEnvironments(),  # type: ignore[arg-type]
            None,  # type: ignore[arg-type]
            DurableState(Journal(":memory:")),
        )
        patch.apply(runtime)
        return runtime  # type: ignore[no-any-return]

    yield apply_patch
    for point, value in originals.items():
        holder, name = registry.locate(point)
        current = getattr(holder, name)
        if isinstance(current, dict):
            current.clear()
            current.update(value)
        else:
            setattr(holder, name, value)


class _NoEnvironments:
    invoke = None
