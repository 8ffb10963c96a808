"""The lines that `earshot up` prints once it serves: the sample's transcripts or their errors, and the addresses."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from earshot_cli.local import first_run
from tests.paths import ROOT


class NoSuchBucket(Exception):
    pass


def upload_file(*_: Any) -> None:
    raise NoSuchBucket


@pytest.fixture
def cloud() -> Any:
    """A cloud that serves nothing: its API refuses connections, its buckets do not exist."""
    return SimpleNamespace(
        api="http://127.0.0.1:9",
        aws="http://127.0.0.1:9",
        outputs={"UploadsBucket": "uploads", "TranscriptsBucket": "transcripts"},
        client=lambda service: SimpleNamespace(upload_file=upload_file),
    )


def test_failed_sample_is_reported_for_each_entry_point(cloud: Any) -> None:
    lines: list[str] = []

    asyncio.run(first_run.transcribe_sample(cloud, ROOT, None, lines.append))

    bucket, api = sorted(lines, reverse=True)
    assert bucket == "bucket: no transcript. NoSuchBucket"
    assert api.startswith("API: no transcript. ")


def test_sample_without_transcript_is_reported_after_timeout(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: Any) -> str:
        await asyncio.sleep(60)
        return ""

    monkeypatch.setattr(first_run, "_SAMPLE_SECONDS", 0.01)
    monkeypatch.setattr(first_run, "_via_bucket", never)
    lines: list[str] = []

    asyncio.run(first_run.transcribe_sample(cloud, ROOT, None, lines.append))

    (line,) = [line for line in lines if line.startswith("bucket: no transcript after ")]
    assert " jobs --url http://127.0.0.1:9` shows the job's state." in line


def test_addresses_can_be_copied(cloud: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    command = tmp_path / ".venv" / "bin" / "earshot"
    command.parent.mkdir(parents=True)
    command.touch()
    monkeypatch.setattr("sys.argv", [str(command), "up"])
    without_key, with_key = (first_run.addresses(cloud, key, tmp_path) for key in (None, "5eed"))

    assert "s3://uploads\n" in without_key
    assert "curl -L --data-binary @events/samples/sample.flac 'http://127.0.0.1:9/v1/listen?smart" in without_key
    assert (ROOT / first_run.SAMPLE).is_file()
    assert "Authorization" not in without_key
    assert 'curl -L -H "Authorization: Token 5eed" ' in with_key
    sample = "events/samples/sample.flac"
    assert f"  .venv/bin/earshot transcribe --key 5eed --url http://127.0.0.1:9 {sample}\n" in with_key
    assert "  page         http://127.0.0.1:9 " in without_key

    monkeypatch.chdir(command.parent)
    assert " @../../events/samples/sample.flac " in first_run.addresses(cloud, None, tmp_path)
