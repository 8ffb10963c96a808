"""Lambda runtime: functions run as AWS runs them."""

from __future__ import annotations

import io
import os
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from localcloud.emulator import lambda_pool, lambda_runtime
from localcloud.emulator.lambda_pool import EnvironmentPool
from localcloud.emulator.lambda_runtime import PAYLOAD_BYTES, LambdaEnvironments

SOURCE = """
import os, sys, threading, time
made = time.time_ns()

class BadAudio(Exception):
    pass

def handler(event, context):
    match event["do"]:
        case "tell":
            return {"made": made, "pid": os.getpid(), "name": context.function_name,
                    "left": context.get_remaining_time_in_millis(), "request": context.aws_request_id,
                    "colour": os.environ["COLOUR"]}
        case "fail":
            raise BadAudio("no sound in it")
        case "exit":
            sys.exit(3)
        case "die":
            os._exit(1)
        case "sleep":
            time.sleep(30)
        case "import":
            import infra
        case "grow":
            return len(b"x" * event["size"])
        case "large":
            return "x" * event["size"]
        case "unserialisable":
            return object()
        case "import late":
            was_there = "colorsys" in sys.modules
            import colorsys
            return was_there
        case "meet":
            time.sleep(0.3)
            return os.getpid()
"""


def function(source: str = SOURCE, timeout: int = 5) -> dict[str, Any]:
    """A function record as ministack keeps it."""
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("bundle/index.py", source)
    return {
        "config": {
            "FunctionName": "listen",
            "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:listen",
            "Handler": "bundle.index.handler",
            "Timeout": timeout,
            "CodeSha256": str(hash(source)),
            "Environment": {"Variables": {"COLOUR": "blue"}},
        },
        "code_zip": bundle.getvalue(),
    }


@pytest.fixture(scope="module", autouse=True)
def credentials() -> Iterator[None]:
    """What the emulator's own environment has; the clients that forks inherit are made with it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        yield


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LambdaEnvironments]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        made = LambdaEnvironments(tmp_path_factory.mktemp("lambda"))
    yield made
    made.close()


def call(environments: LambdaEnvironments, do: str, **options: Any) -> dict[str, Any]:
    return environments.invoke(function(**options), {"do": do}, "request-1")


def test_function_that_cannot_be_imported_is_reported(environments: LambdaEnvironments) -> None:
    environments.invoke(function("import no_such_module"), {}, "request-1")
    line = environments.failures.path.read_text().splitlines()[-1]
    assert "The function listen failed: ModuleNotFoundError: No module named 'no_such_module'" in line
    assert line.endswith(f"(log: {environments.logs / 'listen.log'})")


def test_function_receives_context_and_variables(environments: LambdaEnvironments) -> None:
    reply = call(environments, "tell")["body"]

    assert (reply["name"], reply["colour"], reply["request"]) == ("listen", "blue", "request-1")
    assert 0 < reply["left"] <= 5000


def test_remaining_time_excludes_cold_start(environments: LambdaEnvironments, monkeypatch: pytest.MonkeyPatch) -> None:
    acquire = environments.acquire

    def acquire_slowly(*arguments: Any) -> Any:
        time.sleep(1.1)
        return acquire(*arguments)

    monkeypatch.setattr(environments, "acquire", acquire_slowly)

    assert 0 < call(environments, "tell", timeout=1)["body"]["left"] <= 1000


def test_second_event_reuses_environment(environments: LambdaEnvironments) -> None:
    assert call(environments, "tell")["body"]["made"] == call(environments, "tell")["body"]["made"]


def test_exception_is_reported_and_environment_stays_warm(
    environments: LambdaEnvironments,
) -> None:
    before = call(environments, "tell")["body"]["pid"]

    failed = call(environments, "fail")

    assert failed["error"] is True
    assert failed["body"]["errorType"] == "BadAudio"
    assert failed["body"]["errorMessage"] == "no sound in it"
    assert call(environments, "tell")["body"]["pid"] == before


@pytest.mark.parametrize(
    ("do", "kind"),
    [
        ("exit", "SystemExit"),
        ("die", "Runtime.ExitError"),
        ("unserialisable", "TypeError"),
        ("import", "ModuleNotFoundError"),  # a function sees its bundle, not the repository it was made from
    ],
)
def test_abnormal_end_is_reported_with_error_type(environments: LambdaEnvironments, do: str, kind: str) -> None:
    assert call(environments, do)["body"]["errorType"] == kind
    assert "error" not in call(environments, "tell")


def test_function_after_timeout_is_ended(environments: LambdaEnvironments) -> None:
    ended = call(environments, "sleep", timeout=1)

    assert ended["body"]["errorType"] == "Sandbox.Timedout"
    assert "1.00 seconds" in ended["body"]["errorMessage"]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's peak memory")
def test_function_over_its_memory_is_ended(environments: LambdaEnvironments) -> None:
    made = function(SOURCE + "\n# of 256 MB")
    made["config"]["MemorySize"] = 256
    small, large = (environments.invoke(made, {"do": "grow", "size": size << 20}, "r") for size in (10, 300))

    assert small["body"] == 10 << 20
    assert large["body"]["errorType"] == "Runtime.ExitError"
    assert "Memory Size: 256 MB Max Memory Used:" in (environments.logs / "listen.log").read_text()
    assert environments.invoke(made, {"do": "grow", "size": 1 << 20}, "r")["body"] == 1 << 20


def test_oversized_event_returns_request_too_large(environments: LambdaEnvironments) -> None:
    result = environments.invoke(function(), {"do": "tell", "body": "x" * PAYLOAD_BYTES}, "r")

    assert result["body"]["errorType"] == "RequestTooLargeException"


@pytest.mark.parametrize(("size", "error"), [(PAYLOAD_BYTES - 100, None), (PAYLOAD_BYTES, "ResponseSizeTooLarge")])
def test_oversized_result_is_an_error(environments: LambdaEnvironments, size: int, error: str | None) -> None:
    result = environments.invoke(function(), {"do": "large", "size": size}, "r")

    assert (error or "") in str(result["body"])[:200]
    assert result.get("error", False) is (error is not None)


def test_concurrent_events_run_in_separate_environments(environments: LambdaEnvironments) -> None:
    pids: list[int] = []
    threads = [threading.Thread(target=lambda: pids.append(call(environments, "meet")["body"])) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(pids)) == 5


def test_burst_shares_environments_and_gives_them_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(lambda_runtime, "EnvironmentPool", partial(EnvironmentPool, limit=3, kept_idle=1))
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
    monkeypatch.setattr(lambda_runtime, "EnvironmentPool", partial(EnvironmentPool, limit=3, kept_idle=3))
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
    monkeypatch.setattr(lambda_runtime, "EnvironmentPool", partial(EnvironmentPool, kept_idle=0))
    environments = LambdaEnvironments(tmp_path)

    assert call(environments, "import late")["body"] is False
    eventually = time.monotonic() + 10
    while not call(environments, "import late")["body"]:
        assert time.monotonic() < eventually
    environments.close()


def test_caller_beyond_the_limit_is_throttled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(lambda_runtime, "EnvironmentPool", partial(EnvironmentPool, limit=1, kept_idle=1))
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
    busy.join(5)

    assert not busy.is_alive()
    assert ended(idle)
    assert environments.parent_process.poll() is not None


def ended(pid: int, tries: int = 200) -> bool:
    """Whether a process ends within four seconds, or fewer tries of 20 ms."""
    for _ in range(tries):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False
