"""Location of a job's audio in S3, and what its header says."""

from __future__ import annotations

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.keys import body_key
from earshot_contract.signatures.file_signatures import HEAD_BYTES, WEB_PAGE, non_audio_kind
from functions.audio.probe import Probe, probe
from functions.aws import s3
from functions.aws.table.slow_downloads import SlowDownload
from functions.aws.table.withheld_urls import source_urls
from functions.errors import remote_content_error
from functions.jobs.job import Job, Source, SourceKind
from functions.network.download import download
from functions.network.share_pages import file_address_advice
from functions.options.options import Options
from functions.settings import settings


def locate_audio(job: Job) -> tuple[S3Object, int]:
    """Return the object that contains the audio, and its size in bytes; a URL is downloaded into an object.

    Raises:
        ApiError: The URL cannot be downloaded, or the object does not exist.
        SlowDownloadsBusy: The URL's server is slow, and other slow downloads run; the state machine tries again.
    """
    source = job.source
    if source.kind == SourceKind.URL:
        url = _whole_url(job)
        location = S3Object(settings().transcripts_bucket, body_key(job.id))
        with SlowDownload(job.id) as slot:
            return location, s3.put_stream(location, download(url, on_slow=slot.claim))
    assert source.audio, f"Job {job.id} has no audio."
    info = s3.head(source.audio)
    if info is None:
        raise remote_content_error(f"There is no object s3://{source.audio.bucket}/{source.audio.key} (any more).")
    return source.audio, info.size


def _whole_url(job: Job) -> str:
    """Return the URL with its credentials, which the row may lack."""
    url = source_urls.find(job.id) if job.source.withheld else job.source.url
    if not url:
        raise remote_content_error(source_urls.gone(job.id))
    return url


def probe_audio(audio: S3Object, size: int, options: Options, source: Source) -> Probe:
    """Read the audio's header.

    Raises:
        ApiError: The object is certainly no audio.
    """
    with s3.reader(audio, size) as file:
        if source.kind == SourceKind.URL and non_audio_kind(file.read(HEAD_BYTES)) == WEB_PAGE:
            raise remote_content_error(
                f"The address answered with {WEB_PAGE}, not with audio: perhaps a sign-in, or a page that plays the "
                f"audio. {file_address_advice(source.url or '')}"
            )
        file.seek(0)
        return probe(file, size, options.raw_audio_format, options.track_request)
