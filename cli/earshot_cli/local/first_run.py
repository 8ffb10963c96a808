"""First run of `earshot up`: transcribe the sample through the bucket and the API, print the addresses."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from earshot_cli.api.answers import error_from_response, plain
from earshot_cli.api.client import LISTEN_PATH, ApiClient
from earshot_cli.api.http_client import http_client
from earshot_cli.errors import CliError
from earshot_contract.keys import UPLOADS_PREFIX, upload_result_key

SAMPLE = Path("events/samples/sample.flac")  # in the clone
_SAMPLE_SECONDS = 120.0  # time limit: the first job also waits until the worker has loaded its model
_POLL_SECONDS = 0.2
_ANY_CREDENTIALS = "export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any"
_OPTIONS = {"detect_language": "true", "smart_format": "true"}

PrintStage = Callable[[str], None]


class RunningCloud(Protocol):
    """The part of `localcloud.cloud.Cloud` that is used here."""

    api: str  # URL of the API
    aws: str  # URL of the AWS endpoint

    @property
    def outputs(self) -> Mapping[str, str]:
        """Outputs of the stack."""
        ...

    def client(self, service: str) -> Any:
        """Create a boto3 client of the local cloud."""
        ...


async def transcribe_sample(cloud: RunningCloud, clone: Path, key: str | None, print_stage: PrintStage) -> None:
    """Transcribe the sample through the bucket and through the API, and print both transcripts.

    Errors are printed; the local cloud keeps running.

    Args:
        cloud: the running local cloud.
        clone: root folder of the repository.
        key: an API key, if the cloud requires one.
        print_stage: prints one line.
    """
    sample = clone / SAMPLE
    transcripts = {"bucket": _via_bucket(cloud, sample, key), "API": _via_api(cloud, sample, key)}
    shows = f"`{command()} jobs{f' --key {key}' if key else ''} --url {cloud.api}`"
    await asyncio.gather(*(_report(name, transcript, shows, print_stage) for name, transcript in transcripts.items()))


def addresses(cloud: RunningCloud, key: str | None, clone: Path) -> str:
    """Format the addresses of the local cloud, and commands to try, for people to copy in the current folder."""
    sample = shlex.quote(os.path.relpath(clone / SAMPLE))
    header = f' -H "Authorization: Token {key}"' if key else ""
    lines = {
        "page": f"{cloud.api}   (in a browser: drop recordings, read, play)",
        "API": f"{cloud.api}{LISTEN_PATH}",
        "key": key or "not required",
        "uploads": f"s3://{cloud.outputs['UploadsBucket']}",
        "transcripts": f"s3://{cloud.outputs['TranscriptsBucket']}/{UPLOADS_PREFIX}",
        "AWS": f"aws --endpoint-url {cloud.aws} s3 ls   (with any credentials: {_ANY_CREDENTIALS})",
        "try": f"curl -L{header} --data-binary @{sample} '{cloud.api}{LISTEN_PATH}?smart_format=true'",
        "or": f"{command()} transcribe{f' --key {key}' if key else ''} --url {cloud.api} {sample}",
    }
    return "\n".join(["", *(f"  {name:<12} {line}" for name, line in lines.items()), "", "Press Ctrl-C to stop."])


def command() -> str:
    """Return the command as it was called, so that a printed line can be pasted: it may not be on the shell's path."""
    called = Path(sys.argv[0])
    return os.path.relpath(called) if called.name == "earshot" and called.is_file() else "earshot"


async def _report(name: str, transcript: Coroutine[Any, Any, str], shows: str, print_stage: PrintStage) -> None:
    """Print a transcript, or why there is none; `shows` is the command that shows the jobs of this local cloud."""
    try:
        async with asyncio.timeout(_SAMPLE_SECONDS):
            print_stage(f"{name}: {' '.join((await transcript).split())}")
    except TimeoutError:
        print_stage(f"{name}: no transcript after {_SAMPLE_SECONDS:.0f} s. {shows} shows the job's state.")
    except Exception as error:  # any: a failed sample must not stop a cloud that serves
        print_stage(f"{name}: no transcript. {str(error) or type(error).__name__}")


async def _via_bucket(cloud: RunningCloud, sample: Path, key: str | None) -> str:
    """Upload the sample to the uploads bucket; return the text that appears in the transcripts bucket."""
    s3, buckets = cloud.client("s3"), cloud.outputs
    started = datetime.now(UTC).isoformat()
    await asyncio.to_thread(s3.upload_file, str(sample), buckets["UploadsBucket"], sample.name)
    async with ApiClient(cloud.api, key) as api:
        while True:
            for job in await api.jobs(10):
                is_sample = job["source"].get("key") == sample.name and job["created"] >= started
                if is_sample and job["state"] == "failed":
                    raise CliError(plain(job["error"]["err_msg"]))
                if is_sample and job["state"] == "completed":
                    text_key = upload_result_key(sample.name, "txt")
                    found = await asyncio.to_thread(s3.get_object, Bucket=buckets["TranscriptsBucket"], Key=text_key)
                    return str(found["Body"].read().decode())
            await asyncio.sleep(_POLL_SECONDS)


async def _via_api(cloud: RunningCloud, sample: Path, key: str | None) -> str:
    """Return the transcript in the answer of POST /v1/listen, redirects followed as `curl -L` does."""
    headers = {"Authorization": f"Token {key}"} if key else {}
    async with http_client(timeout=60, follow_redirects=True, headers=headers) as http:
        response = await http.post(f"{cloud.api}{LISTEN_PATH}", params=_OPTIONS, content=sample.read_bytes())
    if response.is_error:
        raise error_from_response(response)
    return str(response.json()["results"]["channels"][0]["alternatives"][0]["transcript"])
