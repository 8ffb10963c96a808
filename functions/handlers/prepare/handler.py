"""First step of the job machine: claim the job, read its options, locate and probe its audio, plan its shards."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import structs

from earshot_contract.credentials.api_keys import DEPLOYMENT_OWNER
from earshot_contract.documents.job_inputs import ScaleInput
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import Shard, ShardPlan
from earshot_contract.job_state import JobState
from earshot_contract.keys import fingerprint_key, known_speakers_key, plan_key, shards_prefix, upload_result_keys
from earshot_contract.signatures.file_signatures import HEAD_BYTES
from functions.aws import event_bus, lambda_invoke, model_bucket, s3, shard_results
from functions.aws.init_phase import connect
from functions.aws.table import job_table, latest_uploads
from functions.aws.table.withheld_urls import callback_urls
from functions.handlers.prepare.cut_shards import NOT_PLANNED, cut_shards, fingerprint, plan_shard
from functions.handlers.prepare.locate_audio import locate_audio, probe_audio
from functions.handlers.prepare.plan_shards import expected_seconds, is_interactive, plan_shards, shard_count
from functions.jobs import job_events
from functions.jobs.job import Job, SourceKind, timestamp
from functions.jobs.redaction import callback_of, stored_options, with_callback
from functions.jobs.upload_event import Upload
from functions.observability import logger, metrics
from functions.options.audio_content_type import claims_of, with_content_type
from functions.options.options import Options
from functions.options.query_string import raw_options, upload_query
from functions.settings import settings
from functions.speech_models.speakers import speaker_options
from functions.workers.shard_length import shard_length

connect("dynamodb", "s3", "events", "lambda")

NOTHING_TO_DO: dict[str, Any] = {"go": False, "interactive": False, "cut": False, "shards": []}
_FEW_SHARDS = 20  # up to this number each shard has all members; it is the maximum of channels


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Prepare a job: fetch its audio where needed, and choose its shards.

    `{"input": the execution's input, "execution": its ARN}` → `{job_id, go, interactive, cut, group, shards}`.

    `group` is the job's owner: the queues are fair among groups (`infra/jobs/job_machine.py`).
    `go` is false if there is nothing to do: another execution runs the job (S3 sent its event twice), the job has
    ended already, or the upload is a folder.

    With `cut` the file is long: `plan` is then the shard that requests a plan from a worker, `shards` are those without
    a cut, and both come back with `"planned": true` for the shards that the plan says.

    `shared` has the members that all `shards` have in common: the list of hundreds has to fit an execution's state.
    """
    if event.get("planned"):
        return _shards_by_plan(event)
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
    latest = latest_uploads.claim(upload)
    info = s3.head(upload.audio)
    query = _upload_query(upload.audio, info) if info else ""
    if callback := callback_of(query):
        callback_urls.keep(upload.job_id, callback)
    name = Options.from_stored(None, query).name  # lenient: a refused option fails the job later, with its name
    job = job_table.claim(upload.job(query, name, info.size if info else None), execution)
    if job and job.state == JobState.QUEUED and latest:
        # The present results are of earlier bytes: a program that waits for the key must not read them as the new ones.
        s3.remove(settings().transcripts_bucket, upload_result_keys(upload.audio.key))
    return job


def _upload_query(audio: S3Object, info: s3.S3ObjectInfo) -> str:
    query = upload_query(info.metadata)
    if not claims_of(info.content_type, raw_options(query)):
        return query
    with s3.reader(audio, info.size) as file:
        return with_content_type(query, info.content_type, file.read(HEAD_BYTES))


def _prepare(job: Job) -> dict[str, Any]:
    options = _options(job)
    model = model_bucket.choose_model(options.model, options.language, options.strict_models, options.version)
    speakers = None
    if options.speaker_request:
        speakers = speaker_options(options, model_bucket.has_speaker_model())
        if speakers and job.known_speakers:
            speakers = replace(speakers, known=S3Object(settings().transcripts_bucket, known_speakers_key(job.id)))
    audio, size = locate_audio(job)
    probe = probe_audio(audio, size, options, job.source)
    seconds = expected_seconds(probe, size) * shard_count(options, probe)
    interactive = is_interactive(job.source.kind, options, seconds)
    bucket = settings().transcripts_bucket
    shards = plan_shards(
        job.id,
        audio,
        options,
        model=model.name,
        probe=probe,
        bucket=bucket,
        interactive=interactive,
        speakers=speakers,
    )
    length = None
    if not interactive:
        config = settings()
        rate = (config.speed, config.drain_seconds, config.max_workers)
        length = shard_length(expected_seconds(probe, size), len(shards), *rate)
    plan = _keep_or_remove_results(job, shards, audio, length is not None)
    source = structs.replace(job.source, audio=audio, size=size)
    cut = cut_shards(shards, plan) if plan else shards
    updated = job_table.update(
        job.id,
        state=JobState.PROCESSING,
        started=timestamp(),
        source=source.to_dict(),
        model=model.name,
        duration=plan.seconds if plan else probe.duration,
        shards=len(cut),
        uncut=plan.reason if plan else None,
        channels_planned=len(shards),
        progress={},
        working_since=None,
        progressed=None,
        # A row of an earlier version has the callback's whole URL, and no other item has it.
        parsed=stored_options(options) if job.callback_withheld else options.to_stored(),
    )
    if updated is None:
        return NOTHING_TO_DO  # cancelled meanwhile
    number = round(seconds / length) if length else len(shards)
    lambda_invoke.invoke_later(settings().scale_function, ScaleInput(seconds, max(1, number), interactive).to_dict())
    logger.info("Prepared", model=model.name, shards=number, audio_seconds=probe.duration, interactive=interactive)
    group = job.owner or DEPLOYMENT_OWNER
    if length and not plan:
        whole = [shard.to_dict() for shard in shards]
        document = plan_shard(shards, length).to_dict()
        long = {"cut": True, "group": group, "plan": document, "shared": {}}
        return {"go": True, "interactive": False, **long, "shards": whole}
    return _answer(cut, interactive, group)


def _keep_or_remove_results(job: Job, shards: list[Shard], audio: S3Object, is_long: bool) -> ShardPlan | None:
    """Keep plan and shard results of an earlier run of the same work, and return the plan; else remove them."""
    bucket = settings().transcripts_bucket
    if len(shards) == 1 and not is_long:  # nothing that could be kept
        if job.history:
            shard_results.remove(job.id)
        return None
    at, info = S3Object(bucket, fingerprint_key(job.id)), s3.head(audio)
    digest = fingerprint(shards, info.etag if info else "").encode()
    stored, body = s3.get(at), s3.get(S3Object(bucket, plan_key(job.id)))
    if stored == digest and (body or not is_long):
        return ShardPlan.from_json(body) if body else None
    if stored or job.history:
        shard_results.remove(job.id)
        s3.remove(bucket, [plan_key(job.id)])
    s3.put(at, digest, "text/plain")
    return None


def _shards_by_plan(event: dict[str, Any]) -> dict[str, Any]:
    """Return the job's shards as its plan cuts them; if no worker made a plan, the file stays whole."""
    job_id, shards = event["job_id"], [Shard.from_json(shard) for shard in event["shards"]]
    body = s3.get(S3Object(settings().transcripts_bucket, plan_key(job_id)))
    plan = ShardPlan.from_json(body) if body else None
    cut = cut_shards(shards, plan) if plan else shards
    reason = plan.reason if plan else NOT_PLANNED
    changes: dict[str, Any] = {"duration": plan.seconds} if plan else {}
    updated = job_table.update(job_id, event["execution"], shards=len(cut), uncut=reason, **changes)
    return {"job_id": job_id, **(_answer(cut, False, event["group"]) if updated else NOTHING_TO_DO)}


def _answer(shards: list[Shard], interactive: bool, group: str) -> dict[str, Any]:
    """Return the input of the job machine's Map: shards without a result, and apart what all have in common."""
    documents = [shard.to_dict() for shard in shards]
    done: set[str] = set()
    if len(shards) > 1:
        bucket = settings().transcripts_bucket
        done = set(s3.keys(bucket, shards_prefix(shards[0].job_id)))
    missing = [document for document in documents if document["result"]["key"] not in done]
    shared: dict[str, Any] = {}
    if len(shards) > _FEW_SHARDS:
        shared = {name: value for name, value in documents[0].items() if all(d[name] == value for d in documents)}
        missing = [{name: value for name, value in d.items() if name not in shared} for d in missing]
    answer = {"go": True, "interactive": interactive, "cut": False, "group": group}
    return {**answer, "shared": shared, "shards": missing}


def _options(job: Job) -> Options:
    """Return the options: an upload's are parsed here, those of a request were parsed by the API."""
    if job.source.kind == SourceKind.UPLOAD:
        callback = callback_urls.find(job.id) if job.callback_withheld else None
        return Options.from_query(with_callback(job.options, callback) if callback else job.options)
    return Options.from_stored(job.parsed, job.options)
