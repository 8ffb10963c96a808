"""GET /v1/shared/{id}, its result and its audio: what the holder of a link reads. ADR 0023.

The holder sees the transcript as it is now, with its corrections. The answers leave out the owner's own data (tags,
`extra`, the source, costs, callbacks) and the words before corrections. `shared_job` of
`functions/handlers/api/access.py` has checked the link before.
"""

from __future__ import annotations

from msgspec.structs import replace

from functions.aws import s3
from functions.errors import api_error
from functions.handlers.api.request import Request
from functions.handlers.api.response import Response, json_response
from functions.handlers.api.routes.audio_route import stored_audio_url
from functions.handlers.api.routes.result_routes import (
    corrections_of,
    edited_transcript,
    in_format,
    named,
    optioned_transcript,
    requested_format,
    within_response_limit,
)
from functions.jobs.job import Job
from functions.jobs.shares import Share
from functions.options.options import Options
from functions.rendering.deepgram import listen_response
from functions.rendering.formats import JSON
from functions.transcripts.transcript import SpeakerName


def show_shared(_: Request, job: Job, share: Share) -> Response:
    """Return what is known of the recording; unknown values are left out."""
    options = Options.from_stored(job.parsed, job.options)
    document = {
        "name": job.name,
        "created": job.created,
        "expires": share.expires,
        "audio": share.audio,
        "duration": job.duration,
        "language": job.language,
        "channels": job.channels,
        "task": options.task,
        "edited": bool(job.edits) or None,
        "speakers": [speaker.to_dict() for speaker in _names(job)],
    }
    return json_response({name: value for name, value in document.items() if value not in (None, [])})


def _names(job: Job) -> list[SpeakerName]:
    """Return the names of speakers: those of corrections first, which count where a speaker has two."""
    corrections = corrections_of(job)
    corrected = corrections.speakers if corrections else []
    return [*corrected, *optioned_transcript(job)[0].recognised] if job.known_speakers else corrected


def shared_result(request: Request, job: Job, _: Share) -> Response:
    """Return the transcript in the `format` that is asked for."""
    form = requested_format(request)
    render = named(_as_deepgram if form is JSON else in_format(form), str(form.listen_name))
    return within_response_limit(job, render(job))


def shared_audio(_: Request, job: Job, share: Share) -> Response:
    """Return a presigned URL of the audio.

    Raises:
        ApiError: 403: the link is to the words alone. 410: the audio is no longer stored.
    """
    if not share.audio:
        raise api_error("INSUFFICIENT_PERMISSIONS", "This link leads to the words alone, not to the audio.", 403)
    return json_response({"url": stored_audio_url(job), "expires_in": s3.PRESIGNED_URL_SECONDS})


def _as_deepgram(job: Job) -> Response:
    transcript, options = edited_transcript(job)
    return json_response(listen_response(transcript, replace(options, tag=[], extra={})))
