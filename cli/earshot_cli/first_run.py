"""What `earshot up` shows once it serves: the sample through both doors, and where everything is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import httpx

from earshot_cli.api_client import LISTEN, Api, refusal
from earshot_cli.errors import Problem
from earshot_contract.keys import upload_result_key
from infra.synth import ROOT
from localcloud.cloud import Cloud

SAMPLE = ROOT / "events" / "samples" / "sample.flac"
PATIENCE = 120.0  # seconds: the first job also waits for the worker to load its model
LOOK = 0.2  # seconds
OPTIONS = {"detect_language": "true", "smart_format": "true"}

Stage = Callable[[str], None]


async def both_doors(cloud: Cloud, key: str | None, stage: Stage) -> None:
    """Transcribe the sample twice. When that fails it is told and no more: what serves, serves."""
    doors = {"bucket": _dropped(cloud, key), "API": _sent(cloud, key)}
    await asyncio.gather(*(_told(door, transcript, stage) for door, transcript in doors.items()))


def where(cloud: Cloud, key: str | None) -> str:
    """Addresses, and lines to try, for people to copy."""
    buckets = cloud.outputs
    header = f' -H "Authorization: Token {key}"' if key else ""
    lines = {
        "API": f"{cloud.api}{LISTEN}",
        "key": key or "none is wanted",
        "uploads": f"s3://{buckets['UploadsBucket']}",
        "transcripts": f"s3://{buckets['TranscriptsBucket']}/uploads/",
        "AWS": f"aws --endpoint-url {cloud.aws} s3 ls   (any region, any credentials)",
        "try": f"curl{header} --data-binary @{SAMPLE.relative_to(ROOT)} '{cloud.api}{LISTEN}?smart_format=true'",
        "or": f"earshot transcribe{f' --key {key}' if key else ''} --url {cloud.api} FILE …",
    }
    return "\n".join(["", *(f"  {name:<12} {line}" for name, line in lines.items()), "", "Ctrl-C ends it."])


async def _told(door: str, transcript: Coroutine[Any, Any, str], stage: Stage) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            stage(f"{door}: {' '.join((await transcript).split())}")
    except TimeoutError:
        stage(f"{door}: no transcript after {PATIENCE:.0f} s. `earshot jobs` shows where it stands.")
    except Exception as problem:  # whatever it is: nobody's sample ends a cloud that serves
        stage(f"{door}: no transcript. {problem or type(problem).__name__}")


async def _dropped(cloud: Cloud, key: str | None) -> str:
    """The text that appears in the transcripts bucket."""
    s3, buckets = cloud.client("s3"), cloud.outputs
    since = datetime.now(UTC).isoformat()
    await asyncio.to_thread(s3.upload_file, str(SAMPLE), buckets["UploadsBucket"], SAMPLE.name)
    async with Api(cloud.api, key) as api:
        while True:
            for job in await api.jobs(10):
                ours = job["source"].get("key") == SAMPLE.name and job["created"] >= since
                if ours and job["state"] == "failed":
                    raise Problem(job["error"]["err_msg"])
                if ours and job["state"] == "completed":
                    text = upload_result_key(SAMPLE.name, "txt")
                    found = await asyncio.to_thread(s3.get_object, Bucket=buckets["TranscriptsBucket"], Key=text)
                    return found["Body"].read().decode()
            await asyncio.sleep(LOOK)


async def _sent(cloud: Cloud, key: str | None) -> str:
    """The transcript that POST /v1/listen answers with, redirects followed as `curl -L` does."""
    headers = {"Authorization": f"Token {key}"} if key else {}
    async with httpx.AsyncClient(timeout=60, follow_redirects=True, headers=headers) as http:
        answer = await http.post(f"{cloud.api}{LISTEN}", params=OPTIONS, content=SAMPLE.read_bytes())
    if answer.is_error:
        raise refusal(answer)
    return str(answer.json()["results"]["channels"][0]["alternatives"][0]["transcript"])
