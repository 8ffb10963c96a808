"""One local cloud for every test of the session that asks for it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from localcloud.cloud import Cloud
from tests.fixtures.faults import Faults

# Threads of one decoder step wait for each other thousands of times a second by spinning: on processors that are
# busy with something else a clip then takes minutes. One thread waits for nobody.
os.environ.setdefault("EARSHOT_LANES", "1")

# Shells start what runs in their background with Ctrl-C ignored, and children inherit that; tests send them one.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The synthesized template, deployed; private URLs allowed, anonymous callers let in."""
    folder = tmp_path_factory.mktemp("cloud")
    with Cloud(folder, allow_private_urls=True, wrap="tests.fixtures.faults:wrap") as running:
        yield running


@pytest.fixture
def faults(cloud: Cloud) -> Iterator[Faults]:
    """Rules for what goes wrong at the wire; none is left in force afterwards."""
    injected = Faults(cloud.aws)
    injected.set()
    yield injected
    injected.set()
