"""Container runtime: the image of an ECS task runs as a process that behaves as a container does."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from localcloud.emulator.container_runtime import RUN_IMAGE, Container, ContainerRuntime, in_image

PROGRAM = """
import os, signal, sys, time
if "wait" in sys.argv:
    signal.signal(signal.SIGTERM, lambda *_: (print("leaving", flush=True), sys.exit(0)))
    print("waiting", flush=True)
    time.sleep(60)
if "ignore" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("waiting", flush=True)
    time.sleep(60)
print(os.environ["COLOUR"], os.environ["AWS_ENDPOINT_URL"], os.path.exists("data.txt"), "SECRET" in os.environ)
sys.exit(int(sys.argv[1]))
"""


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ContainerRuntime]:
    """One image, tagged `abc`, of a program with a data file."""
    monkeypatch.setenv("SECRET", "of the host")
    context = tmp_path / "assets" / "asset.abc"
    context.mkdir(parents=True)
    (context / "program.py").write_text(PROGRAM)
    (context / "data.txt").write_text("here")
    (context / "Dockerfile").write_text(
        "FROM x\nENV COLOUR=blue AWS_ENDPOINT_URL=nowhere\nWORKDIR /app\nCOPY program.py data.txt ./\n"
        'ENTRYPOINT ["python", "program.py"]\nCMD ["0"]\n'
    )
    manifest = {"files": {}, "dockerImages": {"abc": {"source": {"directory": "asset.abc"}, "destinations": {}}}}
    (tmp_path / "assets" / "Earshot.assets.json").write_text(json.dumps(manifest))
    runtime = ContainerRuntime(tmp_path / "assets", tmp_path / "data", {"AWS_ENDPOINT_URL": "http://emulator"})
    yield runtime
    runtime.close(0)


def wait_for_log(container: Container, text: str) -> None:
    """Wait until the container's log contains the text."""
    for _ in range(500):
        if text in container.log.read_text():
            return
        time.sleep(0.02)
    raise AssertionError(f"{text!r} not in {container.log.read_text()!r}")


def test_container_uses_entrypoint_variables_and_files_of_image(runtime: ContainerRuntime) -> None:
    container = runtime.run("registry/repository:abc", name="one")

    assert container.wait() == {"StatusCode": 0}
    # The emulator's address wins over any other; the host's own variables stay outside.
    assert container.logs() == b"blue http://emulator True False\n"


def test_task_command_and_variables_override_image(runtime: ContainerRuntime) -> None:
    container = runtime.run("x:abc", command=["7"], environment={"COLOUR": "red"}, name="two")

    assert container.wait() == {"StatusCode": 7}
    assert container.log.read_text().startswith("red ")


def test_worker_that_dies_is_reported_with_reason_and_log(runtime: ContainerRuntime) -> None:
    died = runtime.run("x:abc", command=["7"], name="two")
    died.wait()
    killed = runtime.run("x:abc", command=["wait"], name="killed")
    wait_for_log(killed, "waiting")
    os.kill(killed.process.pid, signal.SIGKILL)
    expected = {
        f"A worker ended with exit code 7: blue http://emulator True False (log: {died.log})",
        f"A worker was killed by signal 9 (by hand, or because memory ran out): waiting (log: {killed.log})",
    }
    for _ in range(500):
        if runtime.failures.path.is_file() and len(runtime.failures.path.read_text().splitlines()) == 2:
            break
        time.sleep(0.02)
    assert set(runtime.failures.path.read_text().splitlines()) == expected


def test_worker_without_image_is_reported(runtime: ContainerRuntime) -> None:
    with pytest.raises(LookupError):
        runtime.run("registry/repository:none")
    (line,) = runtime.failures.path.read_text().splitlines()
    assert line.startswith("A worker could not be started: No image registry/repository:none")
    assert line.endswith(f"(log: {runtime.failures.path.parent / 'emulator.log'})")


def test_worker_that_ends_or_is_stopped_is_not_reported(runtime: ContainerRuntime) -> None:
    runtime.run("x:abc", name="one").wait()
    stopped = runtime.run("x:abc", command=["ignore"], name="ignores")
    wait_for_log(stopped, "waiting")
    stopped.stop(0.1)
    time.sleep(0.2)
    assert not runtime.failures.path.exists()


def test_unknown_image_raises_lookup_error(runtime: ContainerRuntime) -> None:
    with pytest.raises(LookupError, match="x:def"):
        runtime.run("x:def")


def test_container_in_image_gets_its_variables_and_no_others() -> None:
    command = in_image("cpu", ["python3", "-m", "transcriber"], {"MODEL_DIR": "/models", "SLOT": "a b"})

    assert RUN_IMAGE.is_file()
    assert command == [
        str(RUN_IMAGE), "cpu", "--env", "MODEL_DIR=/models", "--env", "SLOT=a b", "--volume", "/models:/models:ro",
        "--", "python3", "-m", "transcriber",
    ]  # fmt: skip


def test_stop_sends_sigterm_first(runtime: ContainerRuntime) -> None:
    container = runtime.run("x:abc", command=["wait"], name="polite")
    wait_for_log(container, "waiting")

    container.stop()

    assert container.status == "exited"
    wait_for_log(container, "leaving")


@pytest.mark.parametrize("end", [lambda runtime, container: container.stop(0.1), lambda runtime, _: runtime.close(0.1)])
def test_container_ignoring_sigterm_is_killed(
    runtime: ContainerRuntime, end: Callable[[ContainerRuntime, Container], None]
) -> None:
    container = runtime.run("x:abc", command=["ignore"], name="ignore")
    wait_for_log(container, "waiting")

    end(runtime, container)

    assert container.wait() == {"StatusCode": 128 + 9}
    with pytest.raises(ProcessLookupError):
        os.killpg(container.process.pid, 0)
