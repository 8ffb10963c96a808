"""Names of a job's executions: a repeated start does nothing, for Step Functions keeps a name taken for 90 days."""


def execution_name(job_id: str, attempt: int, restart: int = 0) -> str:
    """Return the name of an execution: of an attempt, or of its restart by the sweep, which count from 1.

    An upload's first execution has a name of EventBridge's instead; the row has its ARN.
    """
    if restart:
        return f"{job_id}-{attempt}-restart-{restart}"
    return job_id if attempt == 1 else f"{job_id}-{attempt}"
