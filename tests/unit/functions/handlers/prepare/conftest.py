"""The function Prepare as its state machine calls it, and jobs for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from functions.aws.table import job_table
from functions.handlers.prepare.handler import handler
from functions.jobs.job import Job, Source
from tests.paths import SAMPLES

SAMPLE = (SAMPLES / "sample.flac").read_bytes()


@pytest.fixture
def prepare(context: Any) -> Callable[..., dict[str, Any]]:
    return lambda execution_input, execution="arn:1": handler(
        {"input": execution_input, "execution": execution}, context
    )


Prepare = Callable[..., dict[str, Any]]


def requested(source: Source, options: str = "model=whisper") -> dict[str, Any]:
    job_table.add(Job("j1", source, options))
    return {"job_id": "j1"}
