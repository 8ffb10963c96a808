"""Assemble's memory grows with the words alone, and a day of talk leaves its Lambda function room."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.fixtures.results.assemble_process import WORDS_AN_HOUR
from tests.paths import ROOT

SHORT, LONG, DAY = 1, 4, 24  # hours; a day itself takes a minute of CPU: docs/explanation/long-files.md
MEMORY_MIB = 1024  # of the function: infra/jobs/job_machine.py


def growth_mib(hours: float) -> float:
    """How much more memory the step takes than its imports."""
    command = [sys.executable, "-m", "tests.fixtures.results.assemble_process", str(hours)]
    output = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    found = json.loads(output.splitlines()[-1])
    assert found["words"] >= 0.9 * WORDS_AN_HOUR * hours
    return float(found["peak"] - found["before"])


@pytest.mark.slow
def test_memory_grows_with_the_words_alone_and_fits() -> None:
    short, long = growth_mib(SHORT), growth_mib(LONG)

    assert long / short < 1.15 * LONG / SHORT
    assert long * DAY / LONG < MEMORY_MIB / 2
