"""Ctrl-C while a source is being submitted: its job may be there already, and is cancelled with the others."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from earshot_cli.api.client import MAX_BODY_BYTES
from earshot_cli.errors import Status
from earshot_cli.transcription.formats import Format
from earshot_cli.transcription.result_files import Task
from earshot_cli.transcription.run_progress import RunProgress
from earshot_cli.transcription.sources import Source
from earshot_cli.transcription.transcribe import transcribe


class Submitting:
    """An API whose answer to a submission comes when it is allowed to."""

    def __init__(self) -> None:
        self.submitted, self.answer = asyncio.Event(), asyncio.Event()
        self.deleted: list[str] = []

    def patient(self, _: Any) -> Submitting:
        return self

    async def submit(self, *_: Any, **__: Any) -> str:
        self.submitted.set()
        await self.answer.wait()
        return "made"

    async def delete_job(self, job_id: str) -> None:
        self.deleted.append(job_id)


class Quiet:
    """A report of nothing."""

    in_order = True

    def __call__(self, _: Any) -> None:
        raise AssertionError("nothing ended")

    def note_busy(self) -> None:
        raise AssertionError("it is not busy")


@pytest.mark.parametrize(("size", "deleted"), [(9, ["made"]), (MAX_BODY_BYTES + 1, [])])
def test_interrupted_submission_leaves_no_job(size: int, deleted: list[str], tmp_path: Path) -> None:
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
        return api.deleted

    assert asyncio.run(interrupted()) == deleted
