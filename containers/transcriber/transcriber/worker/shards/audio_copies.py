"""Audio copies: a worker writes a copy of a job's audio in which redacted words are silent."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from earshot_contract.documents.audio_copies import AudioCopy, Spans
from earshot_contract.documents.shards import Shard
from transcriber.audio.silenced_copy import write_silenced_copy

_MODEL = "audio-copy"  # in logs; no engine takes part


def shard_of(copy: AudioCopy) -> Shard:
    """Return a copy's audio and result as a shard: a worker receives, renews and answers both alike."""
    return Shard(copy.job_id, 0, 1, copy.audio, copy.result, _MODEL)


def upload_copy(s3: Any, copy: AudioCopy, source: Path) -> None:
    """Write the copy and upload it.

    Args:
        s3: boto3 client.
        copy: what is requested.
        source: the audio file.

    Raises:
        ShardFailed: the file cannot be read.
    """
    body = s3.get_object(Bucket=copy.spans.bucket, Key=copy.spans.key)["Body"].read()
    spans = Spans.from_json(body).spans
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        target = Path(folder) / "copy.mp3"
        write_silenced_copy(source, target, copy, spans)
        extra = {"ContentType": "audio/mpeg", "Metadata": {"job": copy.job_id, "spans": copy.spans.key}}
        s3.upload_file(str(target), copy.result.bucket, copy.result.key, ExtraArgs=extra)
