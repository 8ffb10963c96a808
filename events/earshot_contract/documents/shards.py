"""Shard message: what the functions request from a worker. Its answer is in `shard_results`.

A *shard* is a stretch of one channel of one audio file, small enough for one worker. Step Functions puts a
`ShardMessage` on a queue. A worker writes a `ShardResult` to S3 under the key in the message, then answers the
message's task token. Neither holds a vendor's response format.

All times are seconds from the start of the *file* (not of the shard), so that assembling is concatenation.
`events/schemas/` holds the JSON Schemas that `earshot_contract.schemas` generates from these classes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta

from earshot_contract.document import Document
from earshot_contract.documents.audio_tracks import TrackRequest
from earshot_contract.documents.engine_profile import EngineProfile
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.fields import Count, Hertz, Index, Name, Probability, Seconds


class ShardError(StrEnum):
    """Reason why a shard was not transcribed: the `error` of `SendTaskFailure`; its `cause` says more."""

    NOT_AUDIO = "Audio.NotAudio"  # no decoder opens it, or it has no audio stream
    EMPTY = "Audio.Empty"  # zero bytes, or a container without a single sample
    TOO_LONG = "Audio.TooLong"  # longer than the worker's limit
    BAD_REFERENCE = "Speakers.BadReference"  # a known speaker's sample of voice cannot be used
    NO_CHANNEL = "Audio.NoChannel"  # the requested audio track does not exist
    MISSING = "Audio.Missing"  # the object no longer exists
    UNKNOWN_MODEL = "Model.Unknown"  # the deployment has no such model
    CORRUPT_MODEL = "Model.Corrupt"  # the model's files do not match its manifest
    MAX_RECEIVES = "Worker.GaveUp"  # received as often as the queue allows and never finished
    UNAVAILABLE = "Worker.Unavailable"  # a service of AWS took no requests; retried for as long as throttling may last
    INTERNAL = "Worker.Internal"  # a fault of the worker; retried by the state machine


@dataclass(frozen=True)
class RawAudio(Document):
    """Format of headerless audio."""

    encoding: Annotated[str, Meta(description="Deepgram's name: linear16, mulaw, …", examples=["linear16"])]
    sample_rate: Hertz
    channels: Count = 1


@dataclass(frozen=True)
class SpeakerOptions(Document):
    """Request to tell speakers apart."""

    model: Annotated[Name, Meta(description="A name in the models bucket", examples=["speakers"])]
    minimum: Annotated[Count | None, Meta(description="Speakers there are at least; null: not known")] = None
    maximum: Annotated[Count | None, Meta(description="Speakers there are at most; null: not known")] = None
    known: Annotated[
        S3Object | None,
        Meta(description="The job's `KnownSpeakers`, which the first shard reads; null: none"),
    ] = None


@dataclass(frozen=True)
class PacketPosition(Document):
    """A place in a file at which a shard begins: before a packet of its audio track.

    A position is a count of packets, not a time: the count is exact in every container, whatever its index or its clock
    says. The time stamp shows that two programs count alike.
    """

    seconds: Annotated[Seconds, Meta(description="Of the packet's first sample, from the start of the file")]
    packet: Annotated[Index, Meta(description="Packets of the track before it, within the part")]
    part: Annotated[Index, Meta(description="Of a file that has several recordings, one after another")] = 0
    stamp: Annotated[int | None, Meta(description="The packet's time stamp, in the track's unit; null: none")] = None
    offset: Annotated[int | None, Meta(description="Bytes from the start of the part; null: not known")] = None


@dataclass(frozen=True)
class PlanRequest(Document):
    """Request to find out where a file can be cut, in place of its transcription."""

    shard_seconds: Annotated[Seconds, Meta(description="Length of a shard that is aimed at")]
    maximum: Annotated[Count, Meta(description="Shards there are at most")]
    channels: Annotated[Count, Meta(description="Channels that are transcribed each on its own; 1: all mixed")] = 1


@dataclass(frozen=True)
class Shard(Document):
    """Work for one worker: which audio, which model, and where the result is written."""

    job_id: Name
    index: Annotated[Index, Meta(description="Position in the job from 0, and the order of results")]
    count: Annotated[Count, Meta(description="Shards of the job")]
    audio: S3Object
    result: Annotated[S3Object, Meta(description="Where the shard result is written; the same for a redelivery")]
    model: Annotated[Name, Meta(description="A name in the models bucket", examples=["base"])]
    task: Literal["transcribe", "translate"] = "transcribe"
    language: Annotated[str | None, Meta(description="Whisper's language code; null: detect")] = None
    languages: Annotated[list[str], Meta(description="Restricts what may be detected")] = field(default_factory=list)
    channel: Annotated[Index | None, Meta(description="From 0; null: all channels mixed to one")] = None
    track: Annotated[TrackRequest | None, Meta(description="null: the default track, or an audible one")] = None
    start: Annotated[Seconds, Meta(description="Seconds")] = 0.0
    end: Annotated[Seconds | None, Meta(description="Seconds; null: the end of the file")] = None
    first: Annotated[PacketPosition | None, Meta(description="Where it begins; null: by `start`")] = None
    until: Annotated[PacketPosition | None, Meta(description="Where the next shard begins; null: by `end`")] = None
    file_seconds: Annotated[Seconds | None, Meta(description="Of the whole file, by its packets; null: not known")] = (
        None
    )
    raw: Annotated[RawAudio | None, Meta(description="How to read headerless audio; null: the file has a header")] = (
        None
    )
    word_timestamps: bool = True
    prompt: Annotated[str | None, Meta(description="Text that precedes the audio: Whisper's initial prompt")] = None
    hotwords: str | None = None
    temperature: Annotated[Probability | None, Meta(description="null: the engine's temperature fallback")] = None
    interactive: Annotated[bool, Meta(description="The caller is waiting")] = False
    profile: Annotated[EngineProfile | None, Meta(description="null: the worker's own, a deployment setting")] = None
    speakers: Annotated[SpeakerOptions | None, Meta(description="null: speakers are not told apart")] = None
    plan: Annotated[
        PlanRequest | None, Meta(description="null: transcribe; else write a `ShardPlan` as the result")
    ] = None


@dataclass(frozen=True)
class ShardPlan(Document):
    """Where a file is cut: an object under the key in the message that has a `PlanRequest`."""

    job_id: str
    seconds: Annotated[Seconds, Meta(description="Of the whole file, by its packets")]
    packets: Annotated[Index, Meta(description="Of the transcribed track")]
    cuts: Annotated[list[PacketPosition], Meta(description="Where each shard but the first begins, in order")]
    reason: Annotated[
        str | None, Meta(description="Why cuts are fewer than requested, or lie in speech; null: neither")
    ] = None


@dataclass(frozen=True)
class ShardMessage(Document):
    """Message on the fast or the bulk queue: a shard, and the Step Functions task token that its answer needs."""

    task_token: Name
    shard: Shard
