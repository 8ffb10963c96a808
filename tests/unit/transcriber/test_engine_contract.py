"""The engine contract for EchoEngine; tests/model has it for the engines of the registry."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.fixtures.engines.echo_engine import EchoEngine
from tests.fixtures.engines.engine_contract import EngineContract
from transcriber.engine_protocol import Engine, Model
from transcriber.hardware import resolve_settings


class TestEchoEngine(EngineContract):
    @pytest.fixture(scope="class")
    @classmethod
    def new_engine(cls) -> Callable[[], Engine]:
        return partial(EchoEngine, Model("echo", Path(), "0" * 64, "echo"), resolve_settings({}))
