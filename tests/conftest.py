"""Tiers by folder, and one local cloud for every test of the session that asks for it."""

from __future__ import annotations

import gc
import json
import os
import signal
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from hypothesis.internal.conjecture import providers

if TYPE_CHECKING:  # imported when asked for: the fast tier must not wait for the emulator's modules
    from localcloud.cloud import Cloud
    from tests.fixtures.local_cloud.faults import Faults

HERE = Path(__file__).parent
CALLS = HERE.parent / "build" / "aws-calls"  # what each session's roles did, for tests/recorded
CLOUD_TIERS = ("localcloud", "pipeline", "clients")
TIERS = ("unit", "synth", "localcloud", "model", "pipeline", "clients", "recorded")
UNIT_SECONDS = 120  # within which a unit test ends even on a starved machine; one that waits for ever is named
# Files that take longest, the longest first, by the seconds of a processor and the waits between them: one of them must
# not be the last to begin, and a file that waits leaves the processors to the others.
LONGEST = (
    "pipeline/test_throttling.py",
    "pipeline/test_workers.py",
    "model/whisper/test_accuracy.py",
    "clients/test_page.py",
    "clients/test_openapi.py",
    "clients/test_programs.py",
    "localcloud/test_cloud.py",
    "pipeline/test_long_files.py",
    "clients/test_deepgram.py",
    "localcloud/test_cloud_processes.py",
    "localcloud/cli/test_model_sources.py",
    "model/whisper/test_non_speech.py",
    "model/speakers/test_speakers.py",
    "localcloud/cli/test_up.py",
    "pipeline/test_entry_points.py",
    "clients/test_openai.py",
    "localcloud/cli/test_commands.py",
    "model/whisper/test_gpu_path.py",
    "model/whisper/test_speech_and_text.py",
    "localcloud/test_kill.py",
    "model/whisper/test_engine_batches.py",
)

# moto's S3 keeps objects in temporary files and leaves closing them to the garbage collector.
MOTO_LEAKS = r"ignore:unclosed file <_io\.FileIO:ResourceWarning"

# A deadline for each example would judge how busy the machine is.
hypothesis.settings.register_profile("whole", max_examples=150, deadline=None)
hypothesis.settings.register_profile("fast", max_examples=20, deadline=None)
hypothesis.settings.register_profile("few", max_examples=5, deadline=None, database=None)  # `make test-fast`
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "whole")
hypothesis.settings.load_profile(PROFILE)
if PROFILE == "few":
    # hypothesis parses every module of ours for constants to draw: a second of a fresh clone, for five examples a test.
    providers._get_local_constants = lambda: providers._local_constants

# Threads of one decoder step wait for each other thousands of times a second by spinning: on processors that are
# busy with something else a clip then takes minutes. One thread waits for no other.
os.environ.setdefault("EARSHOT_LANES", "1")

# Shells start background processes with Ctrl-C ignored, and children inherit that; tests send them one.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test with its tier, the folder under tests/; in the unit tier a warning is an error.

    Processes that share the tests begin with the longest files.
    """
    tier_of = cache(lambda path: path.relative_to(HERE).parts[0])
    strict, limited = pytest.mark.filterwarnings("error", MOTO_LEAKS), pytest.mark.timeout(UNIT_SECONDS)
    for item in items:
        tier = tier_of(item.path)
        item.add_marker(tier)
        if "empty_account" in getattr(item, "fixturenames", ()):
            item.add_marker("account")
        if tier == "unit":
            item.add_marker(strict)
            item.add_marker(limited)
    if hasattr(config, "workerinput"):  # a process of pytest-xdist
        order = {HERE / name: number for number, name in enumerate(LONGEST)}
        items.sort(key=lambda item: order.get(item.path, len(order)))


def pytest_collection_finish() -> None:
    """Collect garbage rarely, and none of what is imported by now: that took a twentieth of the unit tier."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Keep the interpreter's end from looking for garbage twice more; pytest has looked for it just now."""
    gc.freeze()


def keep_calls(log: Path) -> list[dict[str, Any]]:
    """Copy a local cloud's record of AWS calls to where tests/recorded reads it; return the calls that were refused."""
    CALLS.mkdir(parents=True, exist_ok=True)
    (CALLS / f"{uuid.uuid4().hex}.json").write_text(log.read_text())
    return list(json.loads(log.read_text())["denied"])


@pytest.fixture(scope="module", autouse=True)
def fast_profile(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let workers take the fast profile where a test starts a local cloud of its own, as those of `cloud` do.

    The main job keeps the default: `EarshotProcess` gives `earshot up` no variables of ours.
    """
    with pytest.MonkeyPatch.context() as environment:
        if request.path.relative_to(HERE).parts[0] in CLOUD_TIERS:
            environment.setenv("EARSHOT_PROFILE", "fast")
        yield


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The synthesized template, deployed; private URLs allowed, anonymous callers let in."""
    from localcloud.cloud import Cloud

    folder = tmp_path_factory.mktemp("cloud")
    # A quarter of the default's time; what that writes is judged in tests/model. The workers inherit it at the start.
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("EARSHOT_PROFILE", "fast")
        running = Cloud(folder, allow_private_urls=True, wrap="tests.fixtures.local_cloud.faults:wrap")
        running.start()
    yield running
    running.stop()
    from tests.fixtures.local_cloud.logs import leaks

    assert leaks(folder / "logs") == [], "a log holds words of a transcript, a key or a token"
    refused = keep_calls(folder / "logs" / "aws-calls.json")
    assert refused == [], "the roles' policies do not allow what the functions, workers or state machines did"


@pytest.fixture
def faults(cloud: Cloud) -> Iterator[Faults]:
    """Rules for what goes wrong at the wire; none is left in force afterwards."""
    from tests.fixtures.local_cloud.faults import Faults

    injected = Faults(cloud.aws)
    injected.set()
    yield injected
    injected.set()
