"""Documents that an earlier release wrote: rows, messages, results and transcripts that today's code must read.

A folder a release. A file here is never changed: running jobs and kept transcripts of that release look like it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from earshot_contract import keys
from earshot_contract.documents.manifest import Manifest
from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.documents.shards import Shard, ShardMessage
from functions.jobs.job import Job
from functions.speech_models.names import model_uuid
from functions.transcripts.transcript import Transcript

HERE = Path(__file__).parent / "recorded"
RELEASES = sorted(folder.name for folder in HERE.iterdir() if folder.is_dir() and folder.name[0].isdigit())


def recorded(release: str, name: str) -> Any:
    return json.loads((HERE / release / name).read_text())


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("shard-message.json", ShardMessage),
        ("shard-result.json", ShardResult),
        ("transcript.json", Transcript),
        ("manifest.json", Manifest),
    ],
)
def test_recorded_document_is_read_whole(release: str, name: str, kind: Any) -> None:
    document = recorded(release, name)
    assert contains(kind.from_json(json.dumps(document)).to_dict(), document)


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("name", ["job-row.json", "job-row-failed.json"])
def test_recorded_row_is_read_whole(release: str, name: str) -> None:
    row = recorded(release, name)
    assert contains(Job.from_json(row).row(), row)


@pytest.mark.parametrize("release", RELEASES)
def test_recorded_prepare_output_has_readable_shards(release: str) -> None:
    answer = recorded(release, "prepare-output.json")
    assert [contains(Shard.from_json(shard).to_dict(), shard) for shard in answer["shards"]] == [True]


@pytest.mark.parametrize("release", RELEASES)
def test_recorded_keys_are_unchanged(release: str) -> None:
    assert recorded(release, "keys.json") == {
        "transcript": keys.transcript_key("J"),
        "upload_result": keys.upload_result_key("a/b.mp3", "srt"),
        "body": keys.body_key("J"),
        "answer": keys.answer_key("J", b"x"),
        "shards": keys.shards_prefix("J"),
        "shard_result": keys.shard_result_key("J", 7),
        "manifest": keys.manifest_key("base"),
        "job_pk": keys.job_pk("J"),
        "api_key_pk": keys.api_key_pk("k"),
        "request_pk": keys.request_pk("d"),
        "slot_pk": keys.slot_pk(3),
        "upload_job_id": keys.upload_job_id("b", "k", "v", "s"),
        "upload_job_id_unversioned": keys.upload_job_id("b", "k", None, "s"),
    }


def test_model_uuid_is_unchanged() -> None:
    assert model_uuid("d" * 64) == "551373e4-11b1-5569-9e44-6b7115ddd1e2"


def contains(now: Any, then: Any) -> bool:
    """Whether `now` says all that `then` said; it may say more."""
    if isinstance(then, dict):
        return all(key in now and contains(now[key], value) for key, value in then.items())
    if isinstance(then, list):
        return len(now) == len(then) and all(contains(a, b) for a, b in zip(now, then, strict=True))
    return bool(now == then)
