"""Latest upload of each key: which job's results belong under `uploads/{key}`.

Uploads of the same key run at the same time, and a short one overtakes a long one. S3's sequencers give their order.
"""

from __future__ import annotations

import time

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.keys import upload_pk
from functions.aws.table import dynamodb
from functions.aws.table.dynamodb import attribute
from functions.jobs.upload_event import Upload
from functions.settings import settings

# Digits to which a sequencer is padded on the right before sequencers are compared as strings: "first right pad the
# shorter value with zeros, and then do a lexicographical comparison" (S3 user guide, Event message structure). They
# have 16 or 18 hexadecimal digits.
SEQUENCER_DIGITS = 64


def claim(upload: Upload) -> bool:
    """Record the upload as the latest of its key; return False, and record nothing, if a later one is recorded."""
    changes = {
        "sequencer": _padded(upload.sequencer),
        "job": upload.job_id,
        "ttl": int(time.time()) + settings().retention_days * 86400,
    }
    condition = attribute("pk").not_exists() | attribute("sequencer").lte(changes["sequencer"])
    return dynamodb.update(upload_pk(upload.audio.bucket, upload.audio.key), changes, condition) is not None


def is_before(event: Upload) -> bool:
    """Return whether the latest upload of a key was before another event of the key, or there was none."""
    item = dynamodb.get(upload_pk(event.audio.bucket, event.audio.key))
    return item is None or str(item["sequencer"]) < _padded(event.sequencer)


def _padded(sequencer: str) -> str:
    return sequencer.upper().ljust(SEQUENCER_DIGITS, "0")


def is_latest(audio: S3Object, job_id: str) -> bool:
    """Return whether the job's upload is the latest of its key; True for jobs of versions that recorded none."""
    item = dynamodb.get(upload_pk(audio.bucket, audio.key))
    return item is None or item["job"] == job_id
