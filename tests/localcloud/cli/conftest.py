"""The command, and a stub of a deployment that it calls."""

from __future__ import annotations

import pytest

from tests.fixtures.cli import EarshotProcess, deployment, earshot_process  # noqa: F401
from tests.fixtures.huggingface_hub import bucket, hub  # noqa: F401


@pytest.fixture
def earshot(earshot_process: EarshotProcess) -> EarshotProcess:  # noqa: F811
    return earshot_process
