"""Idempotent submission of a job: the same request sent again, as SDKs do, is the same job."""

from __future__ import annotations

import hashlib
import json
import math
import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from earshot_contract.credentials.api_keys import DEPLOYMENT_OWNER
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.job_state import JobState
from earshot_contract.keys import body_key, known_speakers_key, work_owner
from functions.aws import model_bucket, s3
from functions.aws.table import idempotency, job_table
from functions.aws.table.idempotency import IdempotencyRecord
from functions.aws.table.withheld_urls import callback_urls, source_urls
from functions.errors import remote_content_error, too_busy, too_many_waiting
from functions.handlers.api.admission import check_in_time, is_full, is_too_late_for_row
from functions.handlers.api.start_job import start_job
from functions.jobs.caller import Caller
from functions.jobs.job import Job, Source, SourceKind
from functions.jobs.redaction import stored_options, with_shown_callback, withheld_callback
from functions.observability import logger
from functions.options.options import Options
from functions.settings import settings
from functions.speech_models.speakers import speaker_options

if TYPE_CHECKING:
    from earshot_contract.documents.known_speakers import KnownSpeakers

REPLAY_SECONDS = 180  # after a job's end: SDKs retry after 60 s of silence, twice
ARRIVAL_SECONDS = 5.0  # between a request's idempotency record and its job's row, its body is written to S3
ROW_POLL_SECONDS = 0.05  # between two looks for that row


class TranscriptionRequest(Struct, frozen=True):
    """A request for a transcription, with either the audio itself or its source."""

    options: Options
    caller: Caller
    audio: bytes | None = None
    source: Source | None = None  # without `audio`
    name: str | None = None  # of the file, where the options have none
    received: float = math.inf  # by API Gateway; value of time.monotonic()
    etag: str = ""  # of the object that `source` names: changes with its bytes
    known_speakers: KnownSpeakers | None = None  # to be recognised by their voices

    @property
    def digest(self) -> str:
        """Digest of caller, options, callback included, name, known speakers and audio: equal for one sent again.

        An object in S3 counts with its version and ETag: the same address with other bytes is another request.
        """
        source = self.source.to_json() if self.audio is None and self.source else None
        # As JSON, so that no value can pass for the end of another.
        described = json.dumps([self.caller.identity, self.options.query, self.name, self.etag, source])
        digest = hashlib.sha256(described.encode())
        if self.known_speakers:
            digest.update(self.known_speakers.to_json().encode())
        digest.update(self.audio or b"")
        return digest.hexdigest()


def submit(request: TranscriptionRequest) -> tuple[Job, bool]:
    """Return the request's job, and whether an earlier identical request made it.

    A request that is repeated while its job runs, or soon after the job completed, gets the same job, so that a retry
    is not transcribed twice. After a failure it gets a new one. A URL may serve other bytes later, and few servers
    say reliably that it does not. So a request by URL gets the same job only while that job runs.

    Raises:
        ApiError: A model that the request needs is not available, the caller has too many unfinished jobs, the
            request is late, or AWS accepts no more just now.
    """
    options = request.options
    model = model_bucket.choose_model(options.model, options.language, options.strict_models, options.version)
    if options.requires_speakers:
        speaker_options(options, model_bucket.has_speaker_model())
    request = _with_version(request)
    check_in_time(request.received)
    new_id, digest = str(uuid.uuid4()), request.digest
    if is_full(request.caller.owner):  # nothing is written, but a request that is sent again finds its job
        earlier = idempotency.find(digest)
        known = job_table.find(earlier.job_id) if earlier else None
        if known is None or not _is_reusable(known):
            raise too_many_waiting(settings().max_waiting_jobs)
        return _started(known), True
    record = idempotency.claim(digest, new_id)
    if record.job_id != new_id:
        previous_job = _await_job_row(record)
        if previous_job and _is_reusable(previous_job):
            return _started(previous_job), True
        record = idempotency.claim(digest, new_id, replacing=record.job_id)
        if record.job_id != new_id and (previous_job := _await_job_row(record)):
            return previous_job, True
    return _started(_create_job(new_id, request, model.name)), False


def _with_version(request: TranscriptionRequest) -> TranscriptionRequest:
    """Return a request for an S3 object with the object's current version and ETag.

    The job then reads this version, also if the object is overwritten meanwhile. A missing object is left to Prepare.
    """
    source = request.source
    if source is None or source.kind is not SourceKind.OBJECT or source.audio is None:
        return request
    _check_owner(source.audio, request.caller)
    info = s3.head(source.audio)
    if info is None:
        return request
    audio = S3Object(source.audio.bucket, source.audio.key, info.version)
    return replace(request, source=replace(source, audio=audio), etag=info.etag)


def _check_owner(audio: S3Object, caller: Caller) -> None:
    """Refuse audio of other owners: a transcript would reveal it.

    Raises:
        ApiError: The object is in the uploads bucket, which is the deployment's, and the caller's key does not see
            the deployment's jobs; or it is the audio of another owner's job. The message is the same whether or not
            there is such an object.
    """
    if audio.bucket == settings().uploads_bucket:
        if not caller.may_see_owner(DEPLOYMENT_OWNER):
            raise remote_content_error("The uploads bucket is read with a key of the scope admin.")
        return
    job = job_table.find(work_owner(audio.key))
    # Without a row it is the audio of POST /v1/uploads, whose name is the secret of the caller that asked for it.
    if (job and not caller.may_see(job)) or s3.head(audio) is None:
        raise remote_content_error(f"There is no object s3://{audio.bucket}/{audio.key} (any more).")


def _create_job(job_id: str, request: TranscriptionRequest, model: str) -> Job:
    """Write the job's audio and its row.

    Raises:
        ApiError: 429, the audio took too long; nothing of it stays, and the same request makes another job later.
    """
    source = request.source
    if request.audio is not None:
        location = S3Object(settings().transcripts_bucket, body_key(job_id))
        s3.put(location, request.audio, "application/octet-stream")
        source = Source(SourceKind.BODY, location, size=len(request.audio))
    assert source is not None, "A request without audio has a source."
    if is_too_late_for_row(request.received):
        if request.audio is not None:
            s3.remove(settings().transcripts_bucket, [body_key(job_id)])
        raise too_busy()
    shown = source.without_credentials()
    if shown.withheld and source.url:
        source_urls.keep(job_id, source.url)
    callback = withheld_callback(request.options.callback)
    if callback:
        callback_urls.keep(job_id, callback)
    if request.known_speakers:
        known = S3Object(settings().transcripts_bucket, known_speakers_key(job_id))
        s3.put(known, request.known_speakers.to_json().encode(), "application/json")
    job = Job(
        id=job_id,
        source=shown,
        options=with_shown_callback(request.options.query),
        parsed=stored_options(request.options),
        callback_withheld=bool(callback) or None,
        caller=request.caller.name,
        owner=request.caller.owner,
        name=request.options.name or request.name,
        model=model,
        known_speakers=request.known_speakers is not None or None,
    )
    job_table.add(job)
    return job


def _started(job: Job) -> Job:
    """Start a queued job's execution, and return the job.

    Starting it twice does nothing, so a retry completes a request that was interrupted between row and start.
    """
    if job.state is JobState.QUEUED:
        start_job(job)
        logger.info("Accepted", job_id=job.id, owner=job.owner, source=job.source.kind)
    return job


def _is_reusable(job: Job) -> bool:
    if job.state in (JobState.FAILED, JobState.CANCELLED):
        return False
    if job.completed is None:
        return True
    return job.source.kind is not SourceKind.URL and _age(job.completed) < REPLAY_SECONDS


def _await_job_row(record: IdempotencyRecord) -> Job | None:
    """Wait up to ARRIVAL_SECONDS for the row of an earlier identical request.

    Returns None if the row never appears or was deleted.
    """
    while (job := job_table.find(record.job_id)) is None and time.time() < record.claimed_at + ARRIVAL_SECONDS:
        time.sleep(ROW_POLL_SECONDS)
    return job


def _age(moment: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
