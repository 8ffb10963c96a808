"""Installing a client: once, also where several test processes need it at the same time."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.clients import sdks


def test_client_needed_by_several_at_once_is_installed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdks, "CACHE", tmp_path / ".cache" / "clients")
    lock = tmp_path / "lock.txt"
    lock.write_text("client==1.0\n")
    messages: list[str] = []

    def install(target: Path) -> None:
        time.sleep(0.2)  # the others ask meanwhile
        (target / "client.py").write_text("")

    with ThreadPoolExecutor(4) as threads:
        folders = [threads.submit(sdks._once, "client", [lock], install, messages.append) for _ in range(4)]

    assert len({folder.result() for folder in folders}) == 1
    assert (folders[0].result() / "client.py").exists()
    assert len(messages) == 1
