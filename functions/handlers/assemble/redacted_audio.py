"""Redacted audio: asks a worker for the copy in which what was redacted is silent, and puts it beside the results."""

from __future__ import annotations

import hashlib

from earshot_contract.documents.audio_copies import AudioCopy, Span, Spans
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.keys import REDACTED_AUDIO, redacted_audio_key, spans_key, upload_result_key
from functions.aws import s3
from functions.jobs.job import Job, SourceKind
from functions.options.options import Options
from functions.settings import settings
from functions.transcripts.transcript import Transcript

_STEREO = [0, 1]


def request_copy(job: Job, transcript: Transcript, options: Options) -> AudioCopy | None:
    """Return the request for a worker; None if no copy is requested, or it is there already.

    Two channels that were transcribed each on its own stay apart; all others are mixed to one. All channels are silent
    where a word of any was redacted: a voice is often heard in the other channel, too.
    """
    if not options.redact_audio:
        return None
    assert job.source.audio, f"Job {job.id} was transcribed from an object."
    copy = S3Object(settings().transcripts_bucket, redacted_audio_key(job.id))
    body = Spans([Span(each.start, each.end) for each in transcript.redactions]).to_json().encode()
    digest = hashlib.sha256(transcript.audio.sha256.encode() + body).hexdigest()
    spans = S3Object(copy.bucket, spans_key(job.id, digest))
    made = s3.head(copy)
    if made and made.metadata.get("spans") == spans.key:  # else one of an earlier run, perhaps of other bytes
        return None
    s3.put(spans, body, "application/json")
    return AudioCopy(
        job_id=job.id,
        audio=job.source.audio,
        spans=spans,
        result=copy,
        channels=_STEREO if len(transcript.channels) == len(_STEREO) else [],
        track=options.track_request,
        raw=options.raw_audio_format,
    )


def copy_to_upload_key(job: Job, options: Options) -> None:
    """Copy the redacted audio to the key beside an upload's results; without it remove that of an earlier upload."""
    audio = job.source.audio
    if job.source.kind != SourceKind.UPLOAD or audio is None:
        return
    target = S3Object(settings().transcripts_bucket, upload_result_key(audio.key, REDACTED_AUDIO))
    if options.redact_audio:
        s3.copy(S3Object(target.bucket, redacted_audio_key(job.id)), target)
    else:
        s3.remove(target.bucket, [target.key])
