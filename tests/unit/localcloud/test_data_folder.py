"""Lock of the data folder: one local cloud at a time, and a killed one's emulator is waited for."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from localcloud import data_folder
from localcloud.data_folder import StartFailed, lock_folder


def test_folder_of_a_killed_cloud_is_waited_for(tmp_path: Path) -> None:
    orphan = lock_folder(tmp_path)
    threading.Timer(0.3, orphan.close).start()

    lock_folder(tmp_path).close()


def test_folder_of_a_running_cloud_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_folder, "ORPHAN_SECONDS", 0.0)
    with lock_folder(tmp_path), pytest.raises(StartFailed, match="Another local cloud runs from"):
        lock_folder(tmp_path)
