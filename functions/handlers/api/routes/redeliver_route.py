"""POST /v1/requests/{id}/redeliver: send the callback of a finished job again."""

from __future__ import annotations

from earshot_contract.job_state import JobState
from functions.aws.queues import callback_queue
from functions.aws.table import job_table
from functions.aws.table.withheld_urls import callback_urls
from functions.errors import api_error, bad_request, service_unavailable
from functions.handlers.api.request import Request
from functions.handlers.api.response import Response, json_response
from functions.handlers.api.routes.job_routes import job_summary
from functions.jobs.job import Delivery, Job, timestamp
from functions.observability import logger
from functions.options.options import Options

MAX_REDELIVERIES = 20  # of one run of a job: its row keeps ten tries of each


def redeliver(_: Request, job: Job) -> Response:
    """Start the tries of a job's callback anew, the first at once, and return the job.

    The row comes first: a message that is lost then leaves a job whose callback may be asked for again. A try that
    was still to come is not made any more.

    Raises:
        ApiError: 400: the job has no callback, has not ended, or was redelivered too often. 410: its URL is gone.
    """
    if Options.from_stored(job.parsed, job.options).callback is None:
        raise bad_request(f"Request {job.id} has no callback URL.")
    if job.state not in (JobState.COMPLETED, JobState.FAILED):
        raise bad_request(f"Request {job.id} is {job.state}. The callback of a completed or failed one can be sent.")
    if job.redeliveries >= MAX_REDELIVERIES:
        raise bad_request(f"The callback of request {job.id} was sent again {MAX_REDELIVERIES} times.")
    if job.callback_withheld and callback_urls.prolong(job.id) is None:
        raise api_error("CALLBACK_GONE", callback_urls.gone(job.id), 410)
    now = timestamp()
    requested = job_table.record_delivery(job, Delivery(now, next=now, requested=True))
    if requested is None:  # a try has ended just now, or another caller was quicker
        raise service_unavailable(f"Request {job.id} has just changed. Try again.")
    callback_queue.send_again(requested)
    logger.info("The callback is sent again", job_id=job.id, redelivery=requested.redeliveries)
    return json_response(job_summary(requested))
