"""Ctrl-C while a source is being submitted: its job may be there already, and is cancelled with the others."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from earshot_cli.api.client import MAX_BODY_BYTES
from earshot_cli.errors import CliError, Status
from earshot_cli.transcription.formats import Format
from earshot_cli.transcription.result_files import Task
from earshot_cli.transcription.run_progress import RunProgress
from earshot_cli.transcription.sources import Source
from earshot_cli.transcription.transcribe import transcribe


class Submitting:
    """An API whose answer to a submission comes when it is allowed to."""

    def __init__(self) -> None:
        self.submitted, self.answer, self.polled = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.cancelled: list[str] = []

    def patient(self, _: Any) -> Submitting:
        return self

    async def submit(self, *_: Any, **__: Any) -> str:
        self.submitted.set()
        await self.answer.wait()
        return "made"

    async def cancel_job(self, job_id: str) -> dict[str, Any]:
        self.cancelled.append(job_id)
        return {"state": "cancelled"}


class Quiet:
    """A report of nothing."""

    in_order = True

    def __call__(self, _: Any) -> None:
        raise AssertionError("nothing ended")

    def note_busy(self) -> None:
        raise AssertionError("it is not busy")


@pytest.mark.parametrize(("size", "cancelled"), [(9, ["made"]), (MAX_BODY_BYTES + 1, [])])
def test_interrupted_submission_leaves_no_job(size: int, cancelled: list[str], tmp_path: Path) -> None:
    """A file that is still on its way is let go at once: there is no job of it yet."""
    audio = tmp_path / "a.wav"
    with audio.open("wb") as file:
        file.truncate(size)

    async def interrupted() -> Status | list[str]:
        api, task = Submitting(), Task(Source(str(audio), path=audio), [Format.TEXT])
        running = asyncio.create_task(transcribe(api, [task], {}, 1, RunProgress(1), Quiet()))  # type: ignore[arg-type]
        await api.submitted.wait()
        running.cancel()
        asyncio.get_running_loop().call_soon(api.answer.set)
        with pytest.raises(asyncio.CancelledError):
            await running
        return api.cancelled

    assert asyncio.run(interrupted()) == cancelled


def test_interrupted_twice_says_that_jobs_may_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audio = tmp_path / "a.wav"
    audio.write_bytes(b"123")

    async def interrupted() -> list[str]:
        api, task = Submitting(), Task(Source(str(audio), path=audio), [Format.TEXT])  # an answer never comes
        running = asyncio.create_task(transcribe(api, [task], {}, 1, RunProgress(1), Quiet()))  # type: ignore[arg-type]
        await api.submitted.wait()
        running.cancel()
        await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        return api.cancelled

    assert asyncio.run(interrupted()) == []
    assert "Some jobs may go on: `earshot jobs` lists them" in capsys.readouterr().err


@pytest.mark.parametrize("trouble", [CliError("It does not answer.", Status.UNREACHABLE), TimeoutError(), OSError()])
def test_interrupted_without_a_line_still_ends_as_interrupted(
    trouble: Exception, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audio = tmp_path / "a.wav"
    audio.write_bytes(b"123")

    class Unreachable(Submitting):
        async def job(self, _: str) -> dict[str, Any]:
            self.polled.set()
            return {"state": "processing"}

        async def cancel_job(self, _: str) -> dict[str, Any]:
            raise trouble

    async def interrupted() -> None:
        api, task = Unreachable(), Task(Source(str(audio), path=audio), [Format.TEXT])
        api.answer.set()
        running = asyncio.create_task(transcribe(api, [task], {}, 1, RunProgress(1), Quiet()))  # type: ignore[arg-type]
        await api.polled.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(interrupted())
    assert "Some jobs may go on" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("signal_number", "before"),
    [(signal.SIGINT, ""), (signal.SIGTERM, ""), (signal.SIGTERM, "trap '' INT; ")],
    ids=["SIGINT", "SIGTERM", "SIGTERM where Ctrl-C is ignored, as behind & in a script"],
)
def test_interrupted_import_prints_no_traceback(signal_number: int, before: str, tmp_path: Path) -> None:
    """The command's modules take a second to import; here one of them ends the process as Ctrl-C does then."""
    (tmp_path / "httpx.py").write_text(f"import os\nos.kill(os.getpid(), {signal_number})\n")

    done = subprocess.run(
        ["sh", "-c", f'{before}exec "$0" -m earshot_cli.entry_point jobs', sys.executable],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (Status.INTERRUPTED, "", "")
