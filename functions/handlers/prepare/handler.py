"""First step of the job machine: claim the job, read its options, locate and probe its audio, plan its shards."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from earshot_contract.api_keys import DEPLOYMENT_OWNER
from earshot_contract.job_inputs import ScaleInput
from earshot_contract.job_state import JobState
from functions.aws import event_bus, job_table, lambda_invoke, latest_uploads, model_bucket, s3
from functions.aws.init_phase import connect
from functions.handlers.prepare.locate_audio import locate_audio, probe_audio
from functions.handlers.prepare.plan_shards import expected_seconds, is_interactive, plan_shards, shard_count
from functions.jobs import job_events
from functions.jobs.job import Job, Source, SourceKind, timestamp
from functions.jobs.upload_event import Upload
from functions.observability import logger, metrics
from functions.options.options import Options
from functions.options.query_string import upload_query
from functions.settings import settings
from functions.speech_models.speakers import speaker_options

connect("dynamodb", "s3", "events", "lambda")

NOTHING_TO_DO: dict[str, Any] = {"go": False, "interactive": False, "shards": []}


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{"input": the execution's input, "execution": its ARN}` → `{job_id, go, interactive, group, shards}`.

    `group` is the job's owner: the queues are fair among groups (`infra/job_machine.py`).
    `go` is false if there is nothing to do: another execution runs the job (S3 sent its event twice), the job has
    ended already, or the upload is a folder.
    """
    job = _claim_job(event["input"], event["execution"])
    if job is None:
        return {"job_id": event["input"].get("job_id", ""), **NOTHING_TO_DO}
    logger.append_keys(job_id=job.id)
    if job.state == JobState.QUEUED:  # else this is a retry, and the event was sent
        event_bus.announce(job_events.detail(job, settings().transcripts_bucket))
        metrics.add_metric("JobsQueued", MetricUnit.Count, 1)
    return {"job_id": job.id, **_prepare(job)}


def _claim_job(execution_input: dict[str, Any], execution: str) -> Job | None:
    if "upload" not in execution_input:
        return job_table.claim_existing(execution_input["job_id"], execution)
    upload = Upload.from_event(execution_input["upload"])
    if upload.is_folder:
        return None
    latest_uploads.claim(upload)
    info = s3.head(upload.audio)
    query = upload_query(info.metadata.get("listen", "")) if info else ""
    name = Options.from_stored(None, query).name  # lenient: a refused option fails the job later, with its name
    return job_table.claim(upload.job(query, name, info.size if info else None), execution)


def _prepare(job: Job) -> dict[str, Any]:
    options = _options(job)
    model = model_bucket.choose_model(options.model, options.language, options.strict_models)
    speakers = None
    if options.speaker_request:
        speakers = speaker_options(options, model_bucket.has_speaker_model())
    audio, size = locate_audio(job)
    probe = probe_audio(audio, size, options, job.source.kind)
    seconds = expected_seconds(probe, size) * shard_count(options, probe)
    interactive = is_interactive(job.source.kind, options, seconds)
    bucket = settings().transcripts_bucket
    shards = plan_shards(job.id, audio, options, model.name, probe, bucket, interactive, speakers)
    source = Source(job.source.kind, audio, job.source.url, size)
    updated = job_table.update(
        job.id,
        state=JobState.PROCESSING,
        started=timestamp(),
        source=source.to_dict(),
        model=model.name,
        duration=probe.duration,
        shards=len(shards),
        parsed=options.to_stored(),
    )
    if updated is None:
        return NOTHING_TO_DO  # cancelled meanwhile
    logger.info("Prepared", model=model.name, shards=len(shards), audio_seconds=probe.duration, interactive=interactive)
    lambda_invoke.invoke_later(settings().scale_function, ScaleInput(seconds, len(shards), interactive).to_dict())
    group = job.owner or DEPLOYMENT_OWNER
    return {"go": True, "interactive": interactive, "group": group, "shards": [shard.to_dict() for shard in shards]}


def _options(job: Job) -> Options:
    """Return the options: an upload's are parsed here, those of a request were parsed by the API."""
    if job.source.kind == SourceKind.UPLOAD:
        return Options.from_query(job.options)
    return Options.from_stored(job.parsed, job.options)
