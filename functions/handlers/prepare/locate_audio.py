"""Where a job's audio lies, and what its header says."""

from __future__ import annotations

from earshot_contract.keys import body_key
from earshot_contract.shards import Pointer
from functions.audio.probe import Probe, probe
from functions.aws import s3 as objects
from functions.errors import bad_remote
from functions.jobs.job import Job, SourceKind
from functions.network.download import fetch
from functions.options.options import Options
from functions.settings import settings


def located(job: Job) -> tuple[Pointer, int]:
    """The object that holds the audio, and its bytes; a URL is fetched into one.

    Raises:
        Refused: the URL or the object cannot be had.
    """
    source = job.source
    if source.kind == SourceKind.URL:
        assert source.url, f"Job {job.id} of a URL has none."
        there = Pointer(settings().transcripts_bucket, body_key(job.id))
        return there, objects.put_stream(there, fetch(source.url))
    assert source.audio, f"Job {job.id} has no audio to look for."
    facts = objects.head(source.audio)
    if facts is None:
        raise bad_remote(f"There is no object s3://{source.audio.bucket}/{source.audio.key} (any more).")
    return source.audio, facts.size


def probed(audio: Pointer, size: int, options: Options) -> Probe:
    """Raises Refused for what is certainly no audio."""
    with objects.reader(audio, size) as file:
        return probe(file, size, options.raw)
