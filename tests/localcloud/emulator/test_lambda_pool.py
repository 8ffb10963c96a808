"""Environments of functions: how many run at once, and that none outlives the emulator."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from localcloud.emulator.lambdas import lambda_pool, lambda_runtime, lambda_template
from localcloud.emulator.lambdas.lambda_pool import EnvironmentPool
from localcloud.emulator.lambdas.lambda_runtime import LambdaEnvironments
from tests.fixtures.local_cloud.lambda_functions import SOURCE, call, function

pytestmark = pytest.mark.usefixtures("emulator_credentials")


def test_concurrent_events_run_in_separate_environments(environments: LambdaEnvironments, tmp_path: Path) -> None:
    """Each call returns once all five are in a process of their own: two that shared one would never end."""
    event = {"do": "gather", "folder": str(tmp_path), "size": 5}
    with ThreadPoolExecutor(5) as threads:
        pids = [
            call["body"]
            for call in threads.map(lambda _: environments.invoke(function(timeout=60), event, "request-1"), range(5))
        ]

    assert {str(pid) for pid in pids} == {path.name for path in tmp_path.iterdir()}
    assert len(set(pids)) == 5


def test_burst_shares_environments_and_gives_them_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(lambda_template, "EnvironmentPool", partial(EnvironmentPool, limit=3, kept_idle=1))
    environments = LambdaEnvironments(tmp_path)
    with ThreadPoolExecutor(12) as threads:
        pids = list(threads.map(lambda _: call(environments, "meet")["body"], range(12)))

    assert len(set(pids)) == 3
    still = call(environments, "tell")["body"]["pid"]
    assert still in pids
    assert all(ended(pid) for pid in set(pids) - {still})
    environments.close()


def test_unused_environments_end_by_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for module in (lambda_runtime, lambda_pool):
        monkeypatch.setattr(module, "UNUSED_SECONDS", 0.5)
    monkeypatch.setattr(lambda_template, "EnvironmentPool", partial(EnvironmentPool, limit=3, kept_idle=3))
    environments = LambdaEnvironments(tmp_path)
    with ThreadPoolExecutor(3) as threads:
        pids = set(threads.map(lambda _: call(environments, "meet")["body"], range(3)))

    while len(living := [pid for pid in pids if not ended(pid, tries=1)]) > 1:
        time.sleep(0.1)
    time.sleep(0.7)

    assert call(environments, "tell")["body"]["pid"] == living[0]  # the last one stays
    environments.close()


def test_late_imports_are_inherited_by_later_environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(lambda_template, "EnvironmentPool", partial(EnvironmentPool, kept_idle=0))
    environments = LambdaEnvironments(tmp_path)

    assert call(environments, "import late")["body"] is False
    eventually = time.monotonic() + 60
    while not call(environments, "import late")["body"]:
        assert time.monotonic() < eventually
    environments.close()


def test_caller_beyond_the_limit_is_throttled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(lambda_template, "EnvironmentPool", partial(EnvironmentPool, limit=1, kept_idle=1))
    monkeypatch.setattr(lambda_runtime, "CALLER_QUEUE_SECONDS", 0.05)
    environments = LambdaEnvironments(tmp_path)
    call(environments, "tell")
    with ThreadPoolExecutor(1) as threads:
        busy = threads.submit(call, environments, "meet")
        (template,) = environments.templates.values()
        while not template.pool.busy:
            time.sleep(0.001)

        refused = environments.invoke(function(), {"do": "tell", "requestContext": {}}, "request-2")
        waited = call(environments, "tell")

        assert refused["throttle"] is True
        assert refused["body"]["__type"] == "TooManyRequestsException"
        assert waited["body"]["pid"] == busy.result()["body"]
    assert not environments.failures.path.exists()  # no failure for the terminal
    environments.close()


def test_new_code_replaces_old_environments(environments: LambdaEnvironments) -> None:
    old = call(environments, "tell")["body"]["pid"]

    new = call(environments, "tell", source=SOURCE + "\n# changed")["body"]["pid"]

    assert new != old
    assert ended(old)


def test_close_ends_every_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    environments = LambdaEnvironments(tmp_path)
    idle = call(environments, "tell")["body"]["pid"]
    busy = threading.Thread(target=lambda: call(environments, "sleep", timeout=20))
    busy.start()
    (template,) = environments.templates.values()
    while not template.pool.busy:
        time.sleep(0.01)

    environments.close()
    busy.join(15)  # seconds: less than its event takes

    assert not busy.is_alive()
    assert ended(idle)
    assert environments.parent_process.poll() is not None


def ended(pid: int, tries: int = 1500) -> bool:
    """Whether a process ends within half a minute, or fewer tries of 20 ms."""
    for _ in range(tries):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False
