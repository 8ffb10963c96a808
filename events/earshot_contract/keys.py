"""S3 keys and DynamoDB partition keys: every string that names a place.

Used by the functions, the worker, the infrastructure (lifecycle rules, grants), the local cloud and the command line.
A test finds literals of these prefixes in other code.
"""

from __future__ import annotations

import hashlib
import uuid

from earshot_contract.worker_kinds import WorkerKind

# uuid.NAMESPACE_URL: the id of an upload's job is made from an s3:// URL
UPLOAD_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


MAX_KEY_BYTES = 1024  # S3's limit
REDACTED_AUDIO = "redacted.mp3"  # suffix of the copy in which what was redacted is silent
ERROR_FILE = "error.json"  # suffix of the object that a failed upload leaves
STORED_FORMATS = ("json", "srt", "vtt", "txt")  # formats in which a finished job is stored: suffixes of its keys

# -- transcripts bucket ------------------------------------------------------------------------------------

JOBS_PREFIX = "jobs/"  # transcripts by job id; expire after the deployment's retention
UPLOADS_PREFIX = "uploads/"  # results under the key of the upload
WORK_PREFIX = "work/"  # request bodies, fetched audio, shard results, large answers
# Days after which the bucket's lifecycle rule deletes objects under WORK_PREFIX: longer than a shard may wait for a
# worker (`timeouts.SHARD_WAIT_DAYS`), or its audio and the results of the job's other shards would be gone.
WORK_DAYS = 5


def transcript_key(job_id: str, stored_format: str = "json") -> str:
    """Return the key of a finished job's transcript in one format (JSON: the canonical transcript).

    A second run of the same job writes the same content.
    """
    return f"{JOBS_PREFIX}{job_id}/transcript.{stored_format}"


def edits_key(job_id: str, version: str) -> str:
    """Return the key of one version of the corrections of a job's transcript; its row names the present one."""
    return f"{edits_prefix(job_id)}{version}.json"


def edits_prefix(job_id: str) -> str:
    """Return the prefix of all versions of the corrections of a job's transcript."""
    return f"{JOBS_PREFIX}{job_id}/edits/"


def upload_result_key(upload_key: str, stored_format: str) -> str:
    """Return the key of an upload's result: under the upload's whole key, so that a.mp3 and a.wav never collide.

    The JSON here is the answer that `POST /v1/listen` gives with the upload's options. A key that leaves no room for
    the suffix within S3's key length is cut, and ends in `~` and the first 32 digits of its SHA-256 before the suffix.
    """
    key = f"{UPLOADS_PREFIX}{upload_key}.{stored_format}"
    if len(key.encode()) <= MAX_KEY_BYTES:
        return key
    end = f"~{hashlib.sha256(upload_key.encode()).hexdigest()[:32]}.{stored_format}"
    room = MAX_KEY_BYTES - len(UPLOADS_PREFIX) - len(end)
    return f"{UPLOADS_PREFIX}{upload_key.encode()[:room].decode(errors='ignore')}{end}"


def redacted_audio_key(job_id: str) -> str:
    """Return the key of the copy of a job's audio in which what was redacted is silent."""
    return f"{JOBS_PREFIX}{job_id}/{REDACTED_AUDIO}"


def spans_key(job_id: str, digest: str) -> str:
    """Return the key of the list of spans that are silent in that copy; `digest` is that of the spans and the audio."""
    return f"{work_prefix(job_id)}silent-spans/{digest}.json"


def upload_error_key(upload_key: str) -> str:
    """Return the key of the object that says why an upload failed, next to the keys of its results."""
    return upload_result_key(upload_key, ERROR_FILE)


def upload_result_keys(upload_key: str) -> list[str]:
    """Return the keys of an upload's results in all formats, a redacted copy of the audio, and an error."""
    return [upload_result_key(upload_key, suffix) for suffix in (*STORED_FORMATS, REDACTED_AUDIO, ERROR_FILE)]


def work_prefix(job_id: str) -> str:
    """Return the prefix of a job's temporary objects, which the bucket deletes after WORK_DAYS."""
    return f"{WORK_PREFIX}{job_id}/"


def work_owner(key: str) -> str:
    """Return the id of the job, or of the presigned upload, that a key under WORK_PREFIX belongs to."""
    return key.removeprefix(WORK_PREFIX).partition("/")[0]


def body_key(job_id: str) -> str:
    """Return the key of audio that came as a request body, from a URL, or by a presigned upload."""
    return f"{work_prefix(job_id)}audio"


def known_speakers_key(job_id: str) -> str:
    """Return the key of the names and samples of voices by which a job's speakers are recognised."""
    return f"{work_prefix(job_id)}known-speakers.json"


def answer_key(job_id: str, body: bytes) -> str:
    """Return the key of an answer that is larger than a Lambda function may return."""
    return f"{work_prefix(job_id)}answers/{hashlib.sha256(body).hexdigest()}"


def shards_prefix(job_id: str) -> str:
    """Return the prefix of a job's shard results."""
    return f"{work_prefix(job_id)}shards/"


def shard_result_key(job_id: str, index: int) -> str:
    """Return the key of one shard's result."""
    return f"{shards_prefix(job_id)}{index:05d}.json"


def plan_key(job_id: str) -> str:
    """Return the key of the plan by which a long job's file is cut (`shards.ShardPlan`)."""
    return f"{work_prefix(job_id)}plan.json"


def fingerprint_key(job_id: str) -> str:
    """Return the key of the digest of the audio and options from which a job's plan and shard results were made."""
    return f"{work_prefix(job_id)}fingerprint"


# -- models bucket -----------------------------------------------------------------------------------------

MANIFEST_FILE = "manifest.json"


def manifest_key(model: str) -> str:
    """Return the key of a model's manifest (`earshot_contract.documents.manifest`)."""
    return model_file_key(model, MANIFEST_FILE)


def model_file_key(model: str, file: str) -> str:
    """Return the key of one file of a model."""
    return f"{model}/{file}"


def model_folder(key: str) -> str | None:
    """Return the model whose manifest lies under `key`, or None for the key of another object."""
    folder, _, file = key.rpartition("/")
    return folder if folder and file == MANIFEST_FILE else None


# -- table: one item per partition key `pk`, no sort key ---------------------------------------------------

LISTING_INDEX = "listing"  # the table's index of all jobs by time: partition `day`, sort `created`
OWNER_INDEX = "owners"  # the table's index of an owner's jobs by time: partition `owner`, sort `created`
# the table's index of an owner's unfinished jobs: partition `waiting`, sort `created`. Rows lose the attribute
# `waiting` when they are finished, and leave the index
WAITING_INDEX = "waiting"
SHORT_ID_CHARACTERS = 6  # shortest start of a job's id that is accepted in its place
JOB_PK_PREFIX = "JOB#"
IDS_PK_PREFIX = "IDS#"
API_KEY_PK_PREFIX = "KEY#"
WEBHOOK_SECRETS_PK_PREFIX = "SECRETS#"
REQUEST_PK_PREFIX = "REQUEST#"
SLOT_PK_PREFIX = "SLOT#"
UPLOAD_PK_PREFIX = "UPLOAD#"
FLEET_PK = "PACE"  # the item with what the fleet has measured: shard lengths, speeds, start times


def slow_download_pk(slot: int) -> str:
    """Return the partition key of the right to run one slow download: `SLOW#00`."""
    return f"SLOW#{slot:02d}"


def job_pk(job_id: str) -> str:
    """Return the partition key of a job's row."""
    return f"{JOB_PK_PREFIX}{job_id}"


def ids_pk(job_id: str) -> str:
    """Return the partition key of the item with the ids that begin like `job_id`, in its attribute `ids`."""
    return f"{IDS_PK_PREFIX}{job_id[:SHORT_ID_CHARACTERS].lower()}"


def source_url_pk(job_id: str) -> str:
    """Return the partition key of the item with a job's whole URL, if its row has it without credentials."""
    return f"URL#{job_id}"


def callback_url_pk(job_id: str) -> str:
    """Return the partition key of the item with a job's whole callback URL, if its row has only scheme and host."""
    return f"CALLBACK#{job_id}"


def api_key_pk(api_key: str) -> str:
    """Return the partition key of an API key: its SHA-256 digest. The key itself is not stored."""
    return f"{API_KEY_PK_PREFIX}{hashlib.sha256(api_key.encode()).hexdigest()}"


def webhook_secrets_pk(owner: str) -> str:
    """Return the partition key of the item with the secrets that sign callbacks of an owner's jobs."""
    return f"{WEBHOOK_SECRETS_PK_PREFIX}{owner}"


def request_pk(digest: str) -> str:
    """Return the partition key of a request's idempotency record."""
    return f"{REQUEST_PK_PREFIX}{digest}"


def slot_pk(slot: int, kind: WorkerKind = WorkerKind.TASK) -> str:
    """Return the partition key of a worker slot: `SLOT#000` of a task, `SLOT#Q000` of a quick worker."""
    return f"{SLOT_PK_PREFIX}{'Q' if kind is WorkerKind.QUICK else ''}{slot:03d}"


def upload_pk(bucket: str, key: str) -> str:
    """Return the partition key of the latest upload of a key: a digest, since a key may have 1,024 bytes."""
    return f"{UPLOAD_PK_PREFIX}{hashlib.sha256(f'{bucket}/{key}'.encode()).hexdigest()}"


# -- identity ----------------------------------------------------------------------------------------------


def upload_job_id(bucket: str, key: str, version: str | None, sequencer: str) -> str:
    """Return the job id of an S3 event: the same for each delivery of the event."""
    return str(uuid.uuid5(UPLOAD_NAMESPACE, f"s3://{bucket}/{key}?version={version or ''}&sequencer={sequencer}"))
