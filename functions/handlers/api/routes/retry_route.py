"""POST /v1/requests/{id}/retry: run a failed or cancelled job again; its row keeps the earlier runs."""

from __future__ import annotations

from earshot_contract.job_state import JobState
from functions.aws import s3, step_functions
from functions.aws.table import job_table
from functions.aws.table.withheld_urls import prolong_callback, source_urls
from functions.errors import api_error, bad_request, service_unavailable
from functions.handlers.api.admission import check_room
from functions.handlers.api.request import Request
from functions.handlers.api.response import Response, json_response
from functions.handlers.api.routes.audio_route import audio_gone
from functions.handlers.api.routes.job_routes import job_summary
from functions.handlers.api.start_job import start_job
from functions.jobs.execution_names import execution_name
from functions.jobs.job import Job, SourceKind
from functions.settings import settings

MAX_RETRIES = 50  # of one job: a row has room for far more; the limit stops a client that loops


def retry_job(_: Request, job: Job) -> Response:
    """Start a new execution for the job, whose id, options and audio stay the same, and return the job.

    Step Functions' redrive does not apply: every failure of the job machine is caught and ends in its Fail state,
    which is all that a redrive would run again.

    Raises:
        ApiError: 400: the job has not failed and was not cancelled. 410: its audio is gone. 429: its owner has too
            many unfinished jobs.
    """
    if job.state is JobState.QUEUED and job.history:  # a retry that was interrupted before its start, or is about to
        start_job(job)
        return json_response(job_summary(job))
    if job.state not in (JobState.FAILED, JobState.CANCELLED):
        raise bad_request(f"Request {job.id} is {job.state}. A failed or cancelled one can be tried again.")
    if job.attempt > MAX_RETRIES:
        raise bad_request(f"Request {job.id} was tried again {MAX_RETRIES} times. Send it as a new request.")
    check_room(job.owner or "")
    _check_audio(job)
    prolong_callback(job)  # if it is gone, the row's `deliveries` say so: the result can still be fetched
    execution = step_functions.execution_arn(settings().job_machine_arn, execution_name(job.id, job.attempt + 1))
    retried = job_table.retry(job, execution)
    if retried is None:  # another caller was quicker, and their retry is this one
        raise service_unavailable(f"Request {job.id} has just changed. Try again.")
    start_job(retried)
    return json_response(job_summary(retried))


def _check_audio(job: Job) -> None:
    """Refuse a job whose audio is no longer stored; a URL's is downloaded again, by the URL as it was sent."""
    if job.source.withheld and source_urls.find(job.id) is None:
        raise api_error("AUDIO_GONE", source_urls.gone(job.id), 410)
    audio = job.source.audio
    in_work = audio is not None and audio.bucket == settings().transcripts_bucket
    if audio is None or not in_work or job.source.kind == SourceKind.URL or s3.head(audio):
        return  # what is missing in the uploads bucket, Prepare says
    raise audio_gone(job.id)
