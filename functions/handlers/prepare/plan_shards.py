"""Shards of a job: one, or with `multichannel` one a channel; and whether they take the fast queue."""

from __future__ import annotations

from earshot_contract.documents.engine_profile import EngineProfile
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import Shard, SpeakerOptions
from earshot_contract.keys import shard_result_key
from functions.audio.probe import Probe
from functions.errors import bad_request
from functions.jobs.job import SourceKind
from functions.options.options import Options
from functions.options.tables.speech import MAX_CHANNELS

ASSUMED_BYTES_PER_SECOND = 16_000  # 128 kbit/s, the usual MP3
MAX_INTERACTIVE_SECONDS = 600.0  # longer audio would delay callers of shorter audio on the fast queue


def plan_shards(
    job_id: str,
    audio: S3Object,
    options: Options,
    *,
    model: str,
    probe: Probe,
    bucket: str,
    interactive: bool = False,
    speakers: SpeakerOptions | None = None,
) -> list[Shard]:
    """Return the shards of a job.

    Audio whose header does not name its channels stays one shard: `assembly` adds a warning if there were more.

    Args:
        job_id: Id of the job.
        audio: Object that contains the audio.
        options: Options of the job.
        model: Name of the model, in the models bucket.
        probe: What the audio's header says.
        bucket: Bucket for the shards' results.
        interactive: The caller waits; workers run such shards first.
        speakers: How to tell speakers apart; None: they are not told apart.

    Raises:
        ApiError: There are more channels than `MAX_CHANNELS`.
    """
    channels = shard_count(options, probe)
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
            languages=options.detect_language or [],
            channel=index if channels > 1 else None,
            track=options.track_request if options.audio_track or probe.tracks > 1 else None,
            raw=options.raw_audio_format,
            prompt=options.prompt,
            hotwords=options.hotwords,
            temperature=options.temperature,
            interactive=interactive,
            profile=EngineProfile(options.profile) if options.profile else None,
            speakers=speakers,
        )
        for index in range(channels)
    ]


def shard_count(options: Options, probe: Probe) -> int:
    """Return the number of shards, from the number of channels in the header."""
    return (probe.channels or 1) if options.multichannel else 1


def is_interactive(kind: SourceKind, options: Options, seconds: float) -> bool:
    """Return whether the caller waits for the answer and the audio (s) is short enough for the fast queue."""
    return kind != SourceKind.UPLOAD and not options.callback and seconds <= MAX_INTERACTIVE_SECONDS


def expected_seconds(probe: Probe, size: int) -> float:
    """Return the audio's seconds, for scaling: from the header, else estimated from its size in bytes."""
    return probe.duration if probe.duration is not None else size / ASSUMED_BYTES_PER_SECOND
