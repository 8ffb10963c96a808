"""GET /v1/requests/{id}/audio: a presigned URL of the job's audio, from which a player reads ranges."""

from __future__ import annotations

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.keys import body_key, redacted_audio_key
from functions.aws import s3
from functions.errors import ApiError, api_error, bad_query
from functions.handlers.api.request import Request
from functions.handlers.api.response import Response, json_response, see_other
from functions.jobs.job import Job, SourceKind
from functions.options.options import Options
from functions.settings import settings

_PARSED = {"": True, "true": True, "false": False}  # values of `redirect`


def audio(request: Request, job: Job) -> Response:
    """Redirect to the audio; with `redirect=false` answer with its URL, which a page cannot read from a redirect.

    Raises:
        ApiError: 400: `redirect` is no boolean. 410: the audio is no longer stored, or a URL's has not arrived yet.
    """
    redirect = _PARSED.get(request.first("redirect").lower())
    if redirect is None:
        raise bad_query("redirect is true or false.")
    url = stored_audio_url(job)
    if redirect:
        return see_other(url, {"request_id": job.id, "message": f"The audio is at {url}"}, job.id)
    return json_response({"url": url, "expires_in": s3.PRESIGNED_URL_SECONDS})


def stored_audio_url(job: Job) -> str:
    """Return a presigned URL of the job's audio.

    Raises:
        ApiError: 410: the audio is no longer stored, or a URL's has not arrived yet.
    """
    location = _stored_audio(job)
    info = s3.head(location) if location else None
    if location is None or info is None:
        raise audio_gone(job.id)
    # Bodies are stored without their type, and browsers then look at the bytes. A type of the caller's own choice, on
    # the bucket's host, could be a page.
    playable = info.content_type if info.content_type.startswith(("audio/", "video/")) else "application/octet-stream"
    return s3.presigned_get(location, playable)


def audio_gone(job_id: str) -> ApiError:
    """Return the answer for a job whose audio is no longer stored."""
    return api_error(
        "AUDIO_GONE",
        f"The audio of request {job_id} is gone: that of requests is kept for {settings().keep_audio_days} days. "
        "Send it again.",
        410,
    )


def _stored_audio(job: Job) -> S3Object | None:
    """Return where the audio is: with `redact_audio` the copy; that of a URL lies where Prepare has put it."""
    if Options.from_stored(job.parsed, job.options).redact_audio:
        return S3Object(settings().transcripts_bucket, redacted_audio_key(job.id))
    if job.source.audio is None and job.source.kind is SourceKind.URL:
        return S3Object(settings().transcripts_bucket, body_key(job.id))
    return job.source.audio
