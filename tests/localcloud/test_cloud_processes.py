"""Processes of a local cloud: however it ends, none is left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from localcloud import deploy
from localcloud.cloud import ROOT, STOP_SECONDS, Cloud

SERVE = """
import sys
from pathlib import Path
from localcloud.serve import serve
sys.exit(serve(port=0, aws_port=0, data_dir=Path(sys.argv[1]), allow_private_urls=False, require_key=False,
               on_ready=lambda cloud: print("ready", cloud.api, flush=True)))
"""


def process_tree(pid: int) -> set[int]:
    """A process and all it started, and what those started."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            children.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
    found, left = set(), [pid]
    while left:
        found.add(left[0])
        left += children.get(left.pop(0), [])
    return found


def still_running(pids: set[int]) -> set[int]:
    """Which of them still run, given as long to end as a local cloud has to stop."""
    for _ in range(round(STOP_SECONDS / 0.02)):
        running = {pid for pid in pids if is_running(pid)}
        if not running:
            break
        time.sleep(0.02)
    return running


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`earshot up`'s function in a process of its own, still starting."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def busy(serving: subprocess.Popen[str]) -> subprocess.Popen[str]:
    """The same once it has transcribed something: functions and a worker run."""
    assert serving.stdout
    line = serving.stdout.readline()
    assert line.startswith("ready "), line
    sample = (ROOT / "events" / "samples" / "sample.flac").read_bytes()
    answer = httpx.post(f"{line.split()[1]}/v1/listen", content=sample, timeout=60, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    assert len(process_tree(serving.pid)) > 4
    return serving


def test_missing_template_raises_and_starts_no_process(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path, assets=tmp_path)
    before = process_tree(os.getpid())

    with pytest.raises(deploy.DeploymentFailed, match="make synth"):
        cloud.start()

    assert not still_running(process_tree(os.getpid()) - before - {os.getpid()})


def test_sigint_ends_all_processes_with_exit_code_0(busy: subprocess.Popen[str], tmp_path: Path) -> None:
    started = process_tree(busy.pid)

    busy.send_signal(signal.SIGINT)

    assert busy.wait(90) == 0
    assert not still_running(started)
    kept = {"assets", "code", "containers", "lock", "logs", "objects", "state"}
    assert {path.name for path in tmp_path.iterdir()} == kept


def test_signal_during_start_ends_all_processes(serving: subprocess.Popen[str]) -> None:
    while len(started := process_tree(serving.pid)) < 3:  # the emulator and its first child
        time.sleep(0.02)

    serving.send_signal(signal.SIGTERM)

    assert serving.wait(90) == 0
    assert not still_running(started)


def test_killed_parent_ends_all_processes(busy: subprocess.Popen[str]) -> None:
    started = process_tree(busy.pid)

    busy.kill()
    busy.wait()

    assert not still_running(started)


def test_killed_emulator_ends_children_with_exit_code_1(busy: subprocess.Popen[str]) -> None:
    started = process_tree(busy.pid)
    emulator = next(p for p in started if "localcloud.emulator_process" in Path(f"/proc/{p}/cmdline").read_text())

    os.kill(emulator, signal.SIGKILL)

    assert busy.wait(90) == 1
    assert not still_running(started)
