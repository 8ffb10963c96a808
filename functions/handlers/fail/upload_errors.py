"""Errors of uploads, stored under `uploads/{key}.error.json`: written with the failure, removed with the upload."""

from __future__ import annotations

import json
from typing import Any

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.keys import upload_error_key, upload_result_keys
from functions.aws import s3
from functions.aws.table import latest_uploads
from functions.errors import Failure
from functions.jobs.job import Job, SourceKind
from functions.jobs.upload_event import Upload
from functions.settings import settings


def replace_results(job: Job, failure: Failure) -> None:
    """Replace the results of an earlier upload by the error: they belong to bytes that were overwritten."""
    audio, bucket = job.source.audio, settings().transcripts_bucket
    if job.source.kind != SourceKind.UPLOAD or audio is None or not latest_uploads.is_latest(audio, job.id):
        return
    error = upload_error_key(audio.key)
    s3.remove(bucket, [key for key in upload_result_keys(audio.key) if key != error])
    body = json.dumps({**failure.body(), "request_id": job.id}, ensure_ascii=False).encode()
    s3.put(S3Object(bucket, error), body, "application/json", {"job": job.id})


def remove_of_deleted(detail: dict[str, Any]) -> None:
    """Remove the error of an upload that was deleted; transcripts stay, as they do for one that was completed.

    Args:
        detail: detail of S3's event "Object Deleted". EventBridge may deliver it after the event of a later upload of
            the key, whose error is another.
    """
    deleted = Upload.from_event(detail)
    if latest_uploads.is_before(deleted):
        s3.remove(settings().transcripts_bucket, [upload_error_key(deleted.audio.key)])
