"""Lock of the data folder: one local cloud at a time, and a killed one's emulator is waited for."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path

import pytest

from localcloud import data_folder
from localcloud.data_folder import StartFailed, lock_folder


def test_folder_of_a_killed_cloud_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_folder, "_LOCK_PAUSE_SECONDS", 0.01)
    orphan = lock_folder(tmp_path)
    threading.Timer(0.05, orphan.close).start()

    lock_folder(tmp_path).close()


def test_emulator_of_a_killed_cloud_is_waited_for_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_folder, "STOP_SECONDS", 0.0)
    monkeypatch.setattr(data_folder, "_LOCK_PAUSE_SECONDS", 0.01)
    killed = subprocess.Popen(["true"])
    killed.wait()
    (tmp_path / "cloud.json").write_text(json.dumps({"api": "http://127.0.0.1:8123", "pid": killed.pid}))
    orphan = lock_folder(tmp_path)
    threading.Timer(0.05, orphan.close).start()

    lock_folder(tmp_path).close()

    monkeypatch.setattr(data_folder, "ORPHAN_SECONDS", 0.0)
    with lock_folder(tmp_path), pytest.raises(StartFailed, match="was killed, and its emulator has not ended yet"):
        lock_folder(tmp_path)


def test_folder_of_a_running_cloud_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_folder, "STOP_SECONDS", 0.0)
    with lock_folder(tmp_path):
        with pytest.raises(StartFailed, match=rf"Another local cloud runs from {tmp_path}\. Stop it"):
            lock_folder(tmp_path)
        (tmp_path / "cloud.json").write_text(json.dumps({"api": "http://127.0.0.1:8123", "pid": os.getpid()}))
        with pytest.raises(StartFailed, match=rf"runs from {tmp_path}, at http://127\.0\.0\.1:8123\. Stop it"):
            lock_folder(tmp_path)
