"""Sweep jobs whose execution is gone: start them again. A schedule invokes it every five minutes.

A function can end between a job's row and the start of its execution, and an execution can end without a word in the
row: its Fail state and the rule on its status can fail, too. Without the sweep such a row stays `queued` or
`processing` for ever.
"""

from __future__ import annotations

import time
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.aws import event_bus, step_functions
from functions.aws.clients import is_unavailable
from functions.aws.init_phase import connect
from functions.aws.table import job_table
from functions.aws.table.withheld_urls import prolong_callback
from functions.errors import api_error
from functions.jobs import job_events
from functions.jobs.execution_names import execution_name
from functions.jobs.job import Job, timestamp
from functions.observability import logger, metrics
from functions.settings import settings

connect("dynamodb", "stepfunctions")

# Seconds after which a row must have an execution: longer than a request takes to start it, and than EventBridge takes
# to report the end of one.
STALE_SECONDS = 300
MAX_RESTARTS = 3
MESSAGE = "The job was started {count} times, and each time it stopped before its end. Send it again."


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Start every unfinished job again that has no running execution, at most MAX_RESTARTS times; then fail it.

    Args:
        event: the schedule's event, without content.
        context: Lambda's context.

    Returns:
        `{"restarted": [job id, …], "failed": [job id, …]}`
    """
    candidates = list(job_table.unfinished(before=timestamp(time.time() - STALE_SECONDS)))
    # One list instead of a request for each job: a backlog has thousands of them.
    running = set(step_functions.running(settings().job_machine_arn)) if candidates else set()
    lost = [job for job in candidates if _execution(job) not in running]
    exhausted = [job for job in lost if (job.restarts or 0) >= MAX_RESTARTS]
    failed = [job.id for job in exhausted if _fail(job)]
    restarted = [job.id for job in lost if job not in exhausted and _restart(job)]
    if restarted:  # a metric is billed for each hour in which it is written, also as 0
        metrics.add_metric("JobsRestarted", MetricUnit.Count, len(restarted))
    if restarted or failed:
        metrics.flush_metrics()
        logger.warning("Jobs had no execution", restarted=restarted, failed=failed)
    return {"restarted": restarted, "failed": failed}


def _execution(job: Job) -> str:
    """Return the ARN of the job's execution. One that the API started has none in the row until Prepare runs."""
    return job.execution or step_functions.execution_arn(
        settings().job_machine_arn, execution_name(job.id, job.attempt)
    )


def _restart(job: Job) -> bool:
    """Start the job again; return False if it has finished meanwhile, or its execution runs after all."""
    if step_functions.is_running(_execution(job)):
        return False
    prolong_callback(job)  # the run may take days once more
    before, restarts = job.restarts, (job.restarts or 0) + 1
    name = execution_name(job.id, job.attempt, restarts)
    execution = step_functions.execution_arn(settings().job_machine_arn, name)
    if job_table.update(job.id, _execution(job), execution=execution, restarts=restarts) is None:
        return False
    try:
        step_functions.start(settings().job_machine_arn, name, {"job_id": job.id})
    except Exception as error:
        if not is_unavailable(error):
            raise
        # The next run of the sweep starts it, under the same name; it counts as no restart. The row stays the new
        # execution's: where only the answer was lost, it runs, and must not find the row another's.
        job_table.update(job.id, execution, restarts=before)
        return False
    return True


def _fail(job: Job) -> bool:
    failure = api_error("INTERNAL_SERVER_ERROR", MESSAGE.format(count=MAX_RESTARTS + 1), 500).failure
    failed = job_table.fail(job.id, failure, _execution(job))
    if failed is None:
        return False
    prolong_callback(failed)
    metrics.add_metric("JobsFailed", MetricUnit.Count, 1)
    event_bus.announce(job_events.detail(failed, settings().transcripts_bucket))
    return True
