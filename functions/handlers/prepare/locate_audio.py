"""Where a job's audio lies, and what its header says."""

from __future__ import annotations

from earshot_contract.keys import body_key
from earshot_contract.shards import S3Object
from functions.audio.probe import Probe, probe
from functions.aws import s3
from functions.errors import remote_content_error
from functions.jobs.job import Job, SourceKind
from functions.network.download import fetch
from functions.options.options import Options
from functions.settings import settings


def located(job: Job) -> tuple[S3Object, int]:
    """The object that holds the audio, and its bytes; a URL is fetched into one.

    Raises:
        ApiError: the URL or the object cannot be had.
    """
    source = job.source
    if source.kind == SourceKind.URL:
        assert source.url, f"Job {job.id} of a URL has none."
        there = S3Object(settings().transcripts_bucket, body_key(job.id))
        return there, s3.put_stream(there, fetch(source.url))
    assert source.audio, f"Job {job.id} has no audio to look for."
    facts = s3.head(source.audio)
    if facts is None:
        raise remote_content_error(f"There is no object s3://{source.audio.bucket}/{source.audio.key} (any more).")
    return source.audio, facts.size


def probed(audio: S3Object, size: int, options: Options) -> Probe:
    """Raises ApiError for what is certainly no audio."""
    with s3.reader(audio, size) as file:
        return probe(file, size, options.raw)
