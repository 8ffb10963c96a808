"""A job handed in by a request, and waited for: what every door of the API does."""

from __future__ import annotations

import hashlib
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from earshot_contract.keys import body_key
from earshot_contract.shards import S3Object
from functions.aws import idempotency, job_table, model_bucket, s3, step_functions
from functions.aws.clients import is_unavailable
from functions.aws.idempotency import IdempotencyRecord
from functions.errors import ApiError, internal_error, not_found, service_unavailable
from functions.jobs.job import Failure, Job, Source, SourceKind, State
from functions.observability import logger
from functions.options.options import Options
from functions.settings import settings

REPLAY_SECONDS = 180  # after a job is done: SDKs that try again do so after 60 s of silence, twice
ARRIVAL_SECONDS = 5.0  # between a request's claim and its row lies the copy of its body
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.25  # between looks at the row


@dataclass(frozen=True)
class Order:
    """What a request asks for: either the audio itself, or where it is."""

    options: Options
    caller: str
    audio: bytes | None = None
    source: Source | None = None  # without `audio`

    @property
    def digest(self) -> str:
        """The same caller, the same options, the same audio: the same order, sent again."""
        digest = hashlib.sha256(f"{self.caller}\n{self.options.query}\n".encode())
        digest.update(self.audio if self.audio is not None else self.source.to_json().encode())  # type: ignore[union-attr]
        return digest.hexdigest()


def submit(order: Order) -> tuple[Job, bool]:
    """The job that transcribes the order, and whether it was there before.

    An order that comes again while its job runs, or soon after it was done, is the same job: a retry does not pay
    twice. After a failure it is a new one.

    Raises:
        ApiError: no such model here, or AWS takes no more jobs just now.
    """
    model = model_bucket.choose_model(order.options.model, order.options.language)
    new, digest = str(uuid.uuid4()), order.digest
    claim = idempotency.claim(digest, new)
    if claim.job_id != new:
        twin = _arrived(claim)
        if twin and _stands(twin):
            return _started(twin), True
        claim = idempotency.claim(digest, new, replacing=claim.job_id)
        if claim.job_id != new and (twin := _arrived(claim)):
            return twin, True
    return _started(_added(new, order, model.name)), False


def wait(job_id: str, until: float) -> Job:
    """The job when it is over, or as it is at `until` (of time.monotonic()).

    Raises:
        ApiError: there is no such job.
    """
    pause = FIRST_PAUSE
    while True:
        job = job_table.find(job_id)
        if job is None:
            raise not_found(f"There is no request {job_id}. GET /v1/requests lists those there are.")
        left = until - time.monotonic()
        if job.state.final or left <= 0:
            return job
        time.sleep(min(pause, left))
        pause = min(pause * 1.25, LONGEST_PAUSE)


def over(job: Job) -> bool:
    """Whether its transcript is there; False while it runs.

    Raises:
        ApiError: there will never be one: the job's own failure, or it was cancelled.
    """
    match job.state:
        case State.COMPLETED:
            return True
        case State.FAILED:
            assert job.failure is not None, f"Job {job.id} failed and does not say why."
            raise ApiError(job.failure, job.id)
        case State.CANCELLED:
            sentence = f"Request {job.id} was cancelled. Send it again to have it transcribed."
            raise ApiError(Failure("CANCELLED", sentence, 410), job.id)
    return False


def _added(job_id: str, order: Order, model: str) -> Job:
    source = order.source
    if order.audio is not None:
        place = S3Object(settings().transcripts_bucket, body_key(job_id))
        s3.put(place, order.audio, "application/octet-stream")
        source = Source(SourceKind.BODY, place, size=len(order.audio))
    assert source is not None, "An order without audio says where it is."
    job = Job(id=job_id, source=source, options=order.options.query, caller=order.caller, model=model)
    job_table.add(job)
    return job


def _started(job: Job) -> Job:
    """Starting twice does nothing, so that a retry heals a request that broke off between row and start."""
    if job.state is State.QUEUED:
        try:
            step_functions.start(settings().job_machine_arn, job.id, {"job_id": job.id})
        except Exception as error:
            logger.exception("The job could not be started", job_id=job.id)
            refused = service_unavailable() if is_unavailable(error) else internal_error()
            job_table.fail(job.id, refused.failure)
            raise refused from None
    return job


def _stands(twin: Job) -> bool:
    if twin.state in (State.FAILED, State.CANCELLED):
        return False
    return twin.completed is None or _age(twin.completed) < REPLAY_SECONDS


def _arrived(claim: IdempotencyRecord) -> Job | None:
    """The row that a claim promised; None when whoever made it never wrote one, or it was forgotten since."""
    while (job := job_table.find(claim.job_id)) is None and time.time() < claim.claimed_at + ARRIVAL_SECONDS:
        time.sleep(FIRST_PAUSE)
    return job


def _age(moment: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
