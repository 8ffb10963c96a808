"""A job cut into shards: what its workers are asked to do."""

from __future__ import annotations

from earshot_contract.keys import shard_result_key
from earshot_contract.shards import S3Object, Shard
from functions.audio.probe import Probe
from functions.errors import bad_request
from functions.jobs.job import SourceKind
from functions.options.options import Options
from functions.options.registry import MAX_CHANNELS

GUESSED_BYTES_A_SECOND = 16_000  # 128 kbit/s, the usual MP3
FAST_SECONDS = 600.0  # longer audio would hold the fast lane up for those who wait on shorter


def cut(job_id: str, audio: S3Object, options: Options, model: str, probe: Probe, bucket: str) -> list[Shard]:
    """One shard, or with `multichannel` one a channel. `bucket` is where their results go.

    Audio whose header does not say its channels stays one shard: `assembly` adds a warning if there were more.

    Raises:
        ApiError: more channels than `MAX_CHANNELS`.
    """
    channels = (probe.channels or 1) if options.multichannel else 1
    if channels > MAX_CHANNELS:
        raise bad_request(
            f"Bad Request: the audio has {channels} channels, multichannel takes at most {MAX_CHANNELS}. "
            "Leave multichannel out to have them mixed to one."
        )
    return [
        Shard(
            job_id=job_id,
            index=index,
            count=channels,
            audio=audio,
            result=S3Object(bucket, shard_result_key(job_id, index)),
            model=model,
            task=options.task,
            language=options.language,
            languages=options.languages,
            channel=index if channels > 1 else None,
            raw=options.raw,
            prompt=options.prompt,
            hotwords=options.hotwords,
            temperature=options.temperature,
        )
        for index in range(channels)
    ]


def is_interactive(kind: SourceKind, options: Options, seconds: float) -> bool:
    """Whether somebody waits on the line: then the job takes the fast lane, unless it would block it."""
    return kind != SourceKind.UPLOAD and not options.callback and seconds <= FAST_SECONDS


def expected_seconds(probe: Probe, size: int) -> float:
    """Seconds of audio to transcribe, for scaling: as the header says, else guessed from the bytes."""
    return probe.duration if probe.duration is not None else size / GUESSED_BYTES_A_SECOND
