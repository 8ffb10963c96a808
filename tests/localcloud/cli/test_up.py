"""`earshot up`: from nothing to two transcripts and back to nothing."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def process(earshot: Any, tmp_path: Path) -> Iterator[Any]:
    """Starts `earshot up` on free ports with its data in the test's folder."""
    started: list[subprocess.Popen[str]] = []

    def up(*arguments: str) -> subprocess.Popen[str]:
        ports = ["--port", "0", "--aws-port", "0", "--data-dir", str(tmp_path / "data")]
        started.append(earshot.start("up", *ports, *arguments))
        return started[-1]

    yield up
    for one in started:
        one.kill()
        one.wait()


def until(process: subprocess.Popen[str], line: str) -> list[str]:
    """What it says up to the first line that begins so."""
    said = []
    for each in process.stdout or ():
        said.append(each.rstrip("\n"))
        if each.startswith(line):
            return said
    raise AssertionError(f"It ended without {line!r}: {said}")


def belonging_to(folder: Path) -> list[str]:
    """Command lines of processes that were started for a data folder."""
    found = []
    for proc in Path("/proc").glob("[0-9]*"):
        try:
            mentions = str(folder) in (proc / "environ").read_bytes().decode(errors="replace")
            command = (proc / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if (mentions or str(folder) in command) and (proc / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
            found.append(command)
    return found


def test_two_starts(process: Any, earshot: Any) -> None:
    """The first transcribes the sample through both doors, the second still knows it; both leave nothing."""
    data = earshot.folder / "data"

    up = process("--require-key")
    said = "\n".join(until(up, "Ctrl-C ends it."))

    assert len(re.findall(r"^ready ", said, re.MULTILINE)) == 1
    for door in ("bucket", "API"):
        assert re.search(rf"^ *\d+\.\d s  {door}: welcome to earshot.* read every word", said, re.MULTILINE | re.I)
    url, key = found(r"^ready (http://127\.0\.0\.1:\d+)$", said), found(r"^  key +([0-9a-f]{40})$", said)
    assert found(r"^  uploads +s3://(\S+)$", said)

    assert earshot("jobs", "--url", url).returncode == 1  # nobody gets in without a key
    made = earshot("key", "create", "another", "--data-dir", str(data)).stdout.strip()
    assert re.fullmatch("[0-9a-f]{40}", made)
    assert completed(earshot("jobs", "--url", url, "--key", made, "--json").stdout) == 2

    assert len(belonging_to(data)) > 2  # the command, the emulator, functions, the worker
    up.send_signal(signal.SIGINT)
    assert up.wait(timeout=60) == 0
    assert belonging_to(data) == []

    again = process("--require-key", "--no-sample")
    url = until(again, "ready")[-1].removeprefix("ready ")
    assert completed(earshot("jobs", "--url", url, "--key", key, "--json").stdout) == 2
    assert earshot("jobs", "--url", url, "--key", key[::-1]).returncode == 1

    again.send_signal(signal.SIGTERM)
    assert again.wait(timeout=60) == 0
    assert belonging_to(data) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    assert match, f"{pattern} is not in {text}"
    return match[1]


def completed(lines: str) -> int:
    return sum(json.loads(line)["state"] == "completed" for line in lines.splitlines())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_before_it_serves(process: Any, earshot: Any, number: int) -> None:
    up = process("--no-sample")
    until(up, "  0.0 s  Checking the template")

    up.send_signal(number)

    assert up.wait(timeout=60) == 0
    assert belonging_to(earshot.folder / "data") == []


def test_a_taken_port_is_said_before_anything_is_started(earshot: Any, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = earshot("up", "--port", port, "--aws-port", "0", "--data-dir", str(tmp_path / "data"))

    assert done.returncode == 2
    assert f"Port {port} of 127.0.0.1 is taken" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_key_without_a_local_cloud(earshot: Any, tmp_path: Path) -> None:
    done = earshot("key", "create", "me", "--data-dir", str(tmp_path / "nowhere"))

    assert (done.returncode, done.stdout) == (3, "")
    assert "earshot up" in done.stderr
