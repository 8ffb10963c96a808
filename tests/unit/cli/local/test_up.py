"""`earshot up` that cannot start: says so at once, before the template is synthesized."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from earshot_cli.errors import CliError, Status
from earshot_cli.local import up as up_module
from earshot_cli.local.up import up
from localcloud import data_folder
from localcloud.data_folder import lock_folder
from localcloud.ports import HOST


@pytest.fixture(autouse=True)
def no_synthesis(monkeypatch: pytest.MonkeyPatch) -> None:
    def synthesize(*_: Any, **__: Any) -> None:
        pytest.fail("the template was synthesized")

    monkeypatch.setattr(up_module.signal, "signal", lambda *_: None)
    monkeypatch.setattr(up_module.subprocess, "run", synthesize)


def start(folder: Path, port: int = 0) -> int:
    return up(port, 0, folder, allow_private_urls=False, require_key=False, sample=False)


def test_taken_port_is_reported_with_a_command_to_paste(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(
            CliError, match=rf"Port {port} .* is taken .*earshot up --port \d+ --aws-port \d+$"
        ) as error_info:
            start(tmp_path, port)

    assert error_info.value.status is Status.USAGE


def test_second_start_in_a_folder_names_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_folder, "STOP_SECONDS", 0.0)
    with (
        socket.create_server((HOST, 0)) as other,
        lock_folder(tmp_path),
        pytest.raises(CliError, match=f"Another local cloud runs from {tmp_path}"),
    ):
        start(tmp_path, other.getsockname()[1])
