"""The Job machine's first step: whose job is it, what is asked, where is the audio, how is it cut."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.aws import event_bus, job_table, lambda_invoke, model_bucket, s3
from functions.handlers.prepare import plan_shards
from functions.handlers.prepare.locate_audio import located, probed
from functions.jobs import job_events
from functions.jobs.job import Job, Source, SourceKind, State, timestamp
from functions.jobs.upload_event import Upload
from functions.observability import logger, metrics, tracer
from functions.options.options import Options, upload_query
from functions.settings import settings

NOTHING: dict[str, Any] = {"go": False, "interactive": False, "shards": []}


@logger.inject_lambda_context
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{"input": the execution's input, "execution": its ARN}` → `{job_id, go, interactive, shards}`.

    `go` is false when there is nothing to do: another execution has the job (S3 told us twice), it is over
    already, or the upload is a folder.
    """
    job = _claimed(event["input"], event["execution"])
    if job is None:
        return {"job_id": event["input"].get("job_id", ""), **NOTHING}
    logger.append_keys(job_id=job.id)
    if job.state == State.QUEUED:  # else this is a retry, and the bus was told
        event_bus.announce(job_events.title(job.state), job_events.detail(job, settings().transcripts_bucket))
        metrics.add_metric("JobsQueued", MetricUnit.Count, 1)
    return {"job_id": job.id, **_prepared(job)}


def _claimed(given: dict[str, Any], execution: str) -> Job | None:
    if "upload" not in given:
        return job_table.claim_existing(given["job_id"], execution)
    upload = Upload.from_event(given["upload"])
    if upload.is_folder:
        return None
    facts = s3.head(upload.audio)
    query = upload_query(facts.metadata.get("listen", "")) if facts else ""
    source = Source(SourceKind.UPLOAD, upload.audio, size=facts.size if facts else upload.size)
    return job_table.claim(Job(upload.job_id, source, query), execution)


def _prepared(job: Job) -> dict[str, Any]:
    options = Options.parse(job.options)
    model = model_bucket.choose_model(options.model, options.language)
    audio, size = located(job)
    probe = probed(audio, size, options)
    cut = plan_shards.cut(job.id, audio, options, model.name, probe, settings().transcripts_bucket)
    source = Source(job.source.kind, audio, job.source.url, size)
    kept = job_table.update(
        job.id,
        state=State.PROCESSING,
        started=timestamp(),
        source=source.to_dict(),
        model=model.name,
        duration=probe.duration,
        shards=len(cut),
    )
    if kept is None:
        return NOTHING  # cancelled meanwhile
    seconds = plan_shards.expected_seconds(probe, size) * len(cut)
    lambda_invoke.invoke_later(settings().scale_function, {"incoming": seconds})
    interactive = plan_shards.is_interactive(source.kind, options, seconds)
    return {"go": True, "interactive": interactive, "shards": [shard.to_dict() for shard in cut]}
