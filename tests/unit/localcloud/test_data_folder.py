"""Lock of the data folder: one local cloud at a time, and a killed one's emulator is waited for."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from localcloud import data_folder
from localcloud.data_folder import StartFailed, lock_folder

# As `Cloud.start` begins: it locks the folder, starts a process that has the lock too, and is killed.
KILLED_START = """
import os, signal, subprocess, sys
from pathlib import Path
from localcloud.data_folder import lock_folder
lock = lock_folder(Path(sys.argv[1]))
subprocess.Popen(["sleep", sys.argv[2]], pass_fds=[lock.fileno()])
os.kill(os.getpid(), signal.SIGKILL)
"""


def kill_in_start(folder: Path, emulator_seconds: float) -> None:
    """Kill a process that has just begun to start from the folder; what it started ends later."""
    assert subprocess.run([sys.executable, "-c", KILLED_START, str(folder), str(emulator_seconds)]).returncode == -9


@pytest.fixture(autouse=True)
def short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_folder, "_LOCK_PAUSE_SECONDS", 0.01)


def test_folder_of_a_stopping_cloud_is_waited_for(tmp_path: Path) -> None:
    stopping = lock_folder(tmp_path)
    threading.Timer(0.05, stopping.close).start()

    lock_folder(tmp_path).close()


def test_emulator_of_a_killed_start_is_waited_for_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_folder, "STOP_SECONDS", 0.0)
    kill_in_start(tmp_path, 0.3)

    lock_folder(tmp_path).close()


def test_emulator_of_a_killed_start_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_folder, "ORPHAN_SECONDS", 0.0)
    kill_in_start(tmp_path, 1)

    with pytest.raises(StartFailed, match="was killed, and its emulator has not ended yet"):
        lock_folder(tmp_path)


def test_start_after_a_kill_is_no_orphan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_folder, "STOP_SECONDS", 0.0)
    kill_in_start(tmp_path, 0)
    (tmp_path / "cloud.json").write_text("{")  # cut off, as earlier versions may have left it

    with lock_folder(tmp_path), pytest.raises(StartFailed, match=rf"Another local cloud runs from {tmp_path}\. Stop"):
        lock_folder(tmp_path)


def test_folder_of_a_running_cloud_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_folder, "STOP_SECONDS", 0.0)
    with lock_folder(tmp_path):
        with pytest.raises(StartFailed, match=rf"Another local cloud runs from {tmp_path}\. Stop it"):
            lock_folder(tmp_path)
        (tmp_path / "cloud.json").write_text(json.dumps({"api": "http://127.0.0.1:8123"}))
        with pytest.raises(StartFailed, match=rf"runs from {tmp_path}, at http://127\.0\.0\.1:8123\. Stop it"):
            lock_folder(tmp_path)
