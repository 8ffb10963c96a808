"""The engine contract for every engine of the registry, each on a real model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from earshot_contract.documents.engine_profile import EngineProfile
from tests.fixtures.engines.engine_contract import EngineContract
from transcriber.engine_protocol import Engine
from transcriber.engine_registry import ENGINES, open_engine
from transcriber.hardware import configure_process

MODEL_FIXTURES = {"whisper": "model"}  # family → fixture with one of its models; a new engine needs a row


class TestRegisteredEngine(EngineContract):
    @pytest.fixture(scope="class", params=sorted(ENGINES))
    @classmethod
    def new_engine(cls, request: pytest.FixtureRequest) -> Callable[[], Engine]:
        model = request.getfixturevalue(MODEL_FIXTURES[request.param])
        return partial(open_engine, model, replace(configure_process(), batch_workers=1, profile=EngineProfile.FAST))
