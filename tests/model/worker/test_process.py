"""`python -m transcriber` as a process: offline, and as a worker that receives SIGTERM."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from earshot_contract.documents.shard_results import ShardResult
from transcriber.engine_protocol import Model

WITHOUT_AWS = {key: value for key, value in os.environ.items() if not key.startswith("AWS")}


def run(*arguments: str | Path, environment: dict[str, str] = WITHOUT_AWS) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "transcriber", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=250, env=environment)


def test_offline_run_transcribes_and_reports_bad_files(model: Model, speech: Path, tmp_path: Path) -> None:
    text, missing = tmp_path / "notes.txt", tmp_path / "gone.mp3"
    text.write_text("milk, bread")

    done = run("--model", model.directory, "--out", tmp_path / "out", "--language", "en", text, missing, speech)

    assert done.returncode == 1
    assert "notes.txt: The file is not audio: it is plain text." in done.stderr
    assert "gone.mp3" in done.stderr
    assert "[3/3]" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["sample.flac.json"]
    result = ShardResult.from_json((tmp_path / "out" / "sample.flac.json").read_text())
    assert "bucket" in " ".join(segment.text for segment in result.segments)
    assert result.audio.sha256
    assert result.model.name == "base"


def test_folder_without_weights_exits_with_2(speech: Path, tmp_path: Path) -> None:
    done = run("--model", tmp_path, "--out", tmp_path / "out", speech)

    assert done.returncode == 2
    assert "holds no model.bin" in done.stderr


def test_damaged_model_exits_with_2(model: Model, speech: Path, tmp_path: Path) -> None:
    for file in model.directory.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes()[:100_000])

    done = run("--model", tmp_path, "--out", tmp_path / "out", speech)

    assert done.returncode == 2
    assert "cannot be loaded" in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_environment_variable_exits_with_2() -> None:
    done = run(environment={key: WITHOUT_AWS[key] for key in ("PATH", "HOME") if key in WITHOUT_AWS})

    assert done.returncode == 2
    assert "the environment has no FAST_QUEUE_URL" in done.stderr


@pytest.fixture
def worker(model: Model, speech: Path) -> Iterator[subprocess.Popen[str]]:
    environment = WITHOUT_AWS | {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "IDLE_SECONDS": "600",
    }
    command = [sys.executable, str(Path(__file__).parent / "worker_process.py"), model.directory.parent, speech]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        yield process
        process.kill()


@pytest.mark.parametrize(("after", "transcribed"), [("Model loaded", 0), ("Transcribed", 1)])
def test_sigterm_ends_worker_with_exit_code_0(worker: subprocess.Popen[str], after: str, transcribed: int) -> None:
    """While it works: ECS and the worker machine take exit code 0 for an orderly end."""
    assert worker.stdout is not None
    lines = []
    for line in worker.stdout:
        lines.append(json.loads(line))
        if lines[-1]["message"] == after:
            worker.send_signal(signal.SIGTERM)
            break
    rest = [json.loads(line) for line in worker.stdout]

    assert worker.wait(60) == 0
    messages = [line["message"] for line in lines + rest]
    assert messages[-1] == "Exited"
    assert messages.count("Transcribed") >= transcribed
    assert {line["service"] for line in lines + rest} == {"transcriber"}
