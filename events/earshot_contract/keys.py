"""Where everything lies: keys of the buckets and of the table. Nobody spells one elsewhere."""

from __future__ import annotations

import hashlib
import uuid

STORED_FORMATS = ("json", "srt", "vtt", "txt")  # formats in which a finished job is stored: suffixes of its keys
UPLOAD_NAMESPACE = uuid.UUID(
    "6ba7b811-9dad-11d1-80b4-00c04fd430c8"
)  # uuid.NAMESPACE_URL: ids of uploads are s3:// URLs

LISTING_INDEX = "listing"  # the table's index of jobs by time: partition `day`, sort `created`


# -- transcripts bucket ------------------------------------------------------------------------------------


def transcript_key(job_id: str, stored_format: str = "json") -> str:
    """A finished job's document (JSON: the canonical transcript). Never overwritten."""
    return f"jobs/{job_id}/transcript.{stored_format}"


def upload_result_key(upload_key: str, stored_format: str) -> str:
    """For a job from the bucket: beside its own name, the whole of it, so that a.mp3 and a.wav never meet.

    The JSON here is the same answer that `POST /v1/listen` gives with the upload's options.
    """
    return f"uploads/{upload_key}.{stored_format}"


WORK = "work/"


def work_prefix(job_id: str) -> str:
    """Everything of a job that nobody needs once it is done; the bucket forgets `work/` after two days."""
    return f"{WORK}{job_id}/"


def body_key(job_id: str) -> str:
    """The audio that came as a request body, was fetched from a URL, or put by a presigned upload."""
    return f"{work_prefix(job_id)}audio"


def answer_key(job_id: str, body: bytes) -> str:
    """An answer too large for a function to give."""
    return f"{work_prefix(job_id)}answers/{hashlib.sha256(body).hexdigest()}"


def shards_prefix(job_id: str) -> str:
    return f"{work_prefix(job_id)}shards/"


def shard_result_key(job_id: str, index: int) -> str:
    return f"{shards_prefix(job_id)}{index:05d}.json"


# -- models bucket -----------------------------------------------------------------------------------------


def manifest_key(model: str) -> str:
    """See `earshot_contract.manifest.Manifest`; the files lie beside it."""
    return model_file_key(model, "manifest.json")


def model_file_key(model: str, file: str) -> str:
    return f"{model}/{file}"


# -- table: one item per partition key `pk`, no sort key ---------------------------------------------------


def job_pk(job_id: str) -> str:
    return f"JOB#{job_id}"


def api_key_pk(api_key: str) -> str:
    """Keys are kept as digests; the key itself is shown once, when it is made."""
    return f"KEY#{hashlib.sha256(api_key.encode()).hexdigest()}"


def request_pk(digest: str) -> str:
    """Which job a request made, so that the same request again means the same job."""
    return f"REQUEST#{digest}"


def slot_pk(slot: int) -> str:
    return f"SLOT#{slot:03d}"


# -- identity ----------------------------------------------------------------------------------------------


def upload_job_id(bucket: str, key: str, version: str | None, sequencer: str) -> str:
    """The same S3 event, however often it comes, is the same job."""
    return str(uuid.uuid5(UPLOAD_NAMESPACE, f"s3://{bucket}/{key}?version={version or ''}&sequencer={sequencer}"))
