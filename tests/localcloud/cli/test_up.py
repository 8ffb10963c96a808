"""`earshot up`: start, both transcripts of the sample, stop, restart."""

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

from localcloud.cloud import STOP_SECONDS
from tests.paths import SAMPLES


@pytest.fixture
def process(earshot: Any, tmp_path: Path) -> Iterator[Any]:
    """Start `earshot up` on free ports with its data in the test's folder; killed at the end."""
    started: list[subprocess.Popen[str]] = []

    def up(*arguments: str) -> subprocess.Popen[str]:
        ports = ["--port", "0", "--aws-port", "0", "--data-dir", str(tmp_path / "data")]
        started.append(earshot.start("up", *ports, *arguments))
        return started[-1]

    yield up
    for each in started:
        each.kill()
        each.wait()


def read_until(process: subprocess.Popen[str], line: str) -> list[str]:
    """Return the lines of stdout up to the first that starts with `line`."""
    lines = []
    for each in process.stdout or ():
        lines.append(each.rstrip("\n"))
        if each.startswith(line):
            return lines
    raise AssertionError(f"It ended without {line!r}: {lines}")


def read_until_match(process: subprocess.Popen[str], word: str) -> str:
    """Return the first line of stdout with a word."""
    return next(line for line in process.stdout or () if word in line)


def processes_of(folder: Path) -> list[str]:
    """Return the command lines of processes that use a data folder."""
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


def test_up_transcribes_sample_and_keeps_jobs_on_restart(process: Any, earshot: Any) -> None:
    """The first start transcribes the sample twice, the second still lists all jobs; neither leaves a process."""
    data = earshot.folder / "data"

    up = process("--require-key")
    output = "\n".join(read_until(up, "Press Ctrl-C to stop."))

    assert len(re.findall(r"^ready ", output, re.MULTILINE)) == 1
    for name in ("bucket", "API"):
        text = rf"^ *\d+\.\d s  {name}: welcome to earshot.* read every word"
        assert re.search(text, output, re.MULTILINE | re.I), output
    url = match_group(r"^ready (http://127\.0\.0\.1:\d+)$", output)
    key = match_group(r"^  key +([0-9a-f]{40})$", output)
    assert match_group(r"^  uploads +s3://(\S+)$", output)

    assert earshot("jobs", "--url", url).returncode == 1  # a key is required
    other_key = earshot("key", "create", "another", "--data-dir", str(data)).stdout.strip()
    assert re.fullmatch("[0-9a-f]{40}", other_key)
    assert completed(earshot("jobs", "--url", url, "--key", other_key, "--json").stdout) == 0, "a key sees its own jobs"
    admin = earshot("key", "create", "admin", "--scope", "admin", "--data-dir", str(data)).stdout.strip()
    assert completed(earshot("jobs", "--url", url, "--key", admin, "--json").stdout) == 2
    listed = earshot("key", "list", "--data-dir", str(data), "--json").stdout
    assert [json.loads(line)["name"] for line in listed.splitlines()] == ["admin", "another", "earshot up"]
    key_id = json.loads(listed.splitlines()[1])["id"]
    assert earshot("key", "revoke", key_id, "--data-dir", str(data)).returncode == 0
    assert earshot("jobs", "--url", url, "--key", other_key).returncode == 1, "a revoked key is refused at once"

    sample = str(SAMPLES / "sample.flac")  # with a tag: a request as one before would be that one's job
    assert earshot("transcribe", sample, "-O", "tag=x", "--url", url, "--key", key).returncode == 0
    assert re.search(r"^[\d:]{8}  completed  [0-9a-f]{8}  sample.flac  \d", read_until_match(up, "completed"))

    assert len(processes_of(data)) > 2  # the command, the emulator, functions, the worker
    up.send_signal(signal.SIGINT)
    assert up.wait(timeout=STOP_SECONDS + 30) == 0
    assert processes_of(data) == []

    again = process("--require-key", "--no-sample")
    url = read_until(again, "ready")[-1].removeprefix("ready ")
    assert completed(earshot("jobs", "--url", url, "--key", key, "--json").stdout) == 3
    assert earshot("jobs", "--url", url, "--key", key[::-1]).returncode == 1

    again.send_signal(signal.SIGTERM)
    assert again.wait(timeout=STOP_SECONDS + 30) == 0
    assert processes_of(data) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))


def match_group(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    assert match, f"{pattern} is not in {text}"
    return match[1]


def completed(lines: str) -> int:
    return sum(json.loads(line)["state"] == "completed" for line in lines.splitlines())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_during_start_stops_everything(process: Any, earshot: Any, number: int) -> None:
    up = process("--no-sample")
    read_until_match(up, "Checking the template")  # whatever the seconds before it: a busy machine needs some

    up.send_signal(number)

    assert up.wait(timeout=STOP_SECONDS + 30) == 0
    assert processes_of(earshot.folder / "data") == []


def test_taken_port_fails_before_start(earshot: Any, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = earshot("up", "--port", port, "--aws-port", "0", "--data-dir", str(tmp_path / "data"))

    assert result.returncode == 2
    assert f"Port {port} of 127.0.0.1 is taken" in result.stderr
    assert "--port" in result.stderr
    assert "Traceback" not in result.stderr


def test_key_create_without_local_cloud_fails(earshot: Any, tmp_path: Path) -> None:
    result = earshot("key", "create", "me", "--data-dir", str(tmp_path / "nowhere"))

    assert (result.returncode, result.stdout) == (3, "")
    assert "earshot up" in result.stderr
