"""Lambda runtime: functions run as AWS runs them."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from localcloud.emulator.lambdas.lambda_runtime import PAYLOAD_BYTES, LambdaEnvironments
from tests.fixtures.local_cloud.lambda_functions import SOURCE, call, function
from tests.fixtures.local_cloud.waiting import eventually

pytestmark = pytest.mark.usefixtures("emulator_credentials")


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


@pytest.mark.parametrize("killed", ["parent of all", "template of one"])
def test_killed_process_of_functions_is_started_again(environments: LambdaEnvironments, killed: str) -> None:
    """A machine without memory ends one of them: without another, each request would get a 500 until the next start."""
    call(environments, "tell")
    [template] = environments.templates.values()
    parent = environments.parent_process

    os.kill(parent.pid if killed == "parent of all" else template.pid, signal.SIGKILL)

    assert eventually(template.has_ended, "end of the template")
    assert "error" not in call(environments, "tell")
    if environments.parent_process is not parent:
        assert killed == "parent of all"
        assert "ended with code -9. It is started again." in environments.failures.path.read_text()


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
