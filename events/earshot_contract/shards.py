"""Shard message and shard result: the documents that the functions and the worker exchange.

A *shard* is a stretch of one channel of one audio file, small enough for one worker. Step Functions puts a
`ShardMessage` on a queue. A worker writes a `ShardResult` to S3 under the key in the message, then answers the
message's task token. Neither holds a vendor's response format.

All times are seconds from the start of the *file* (not of the shard), so that assembling is concatenation.
`events/schemas/` holds the JSON Schemas that `earshot_contract.schemas` generates from these classes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Literal

from msgspec import Meta

from earshot_contract.audio_tracks import TrackRequest
from earshot_contract.document import Document
from earshot_contract.fields import Count, Hertz, Index, Language, Name, Probability, Seconds, Sha256
from earshot_contract.worker_kinds import WorkerKind

# Of the members of a result's `seconds` that say how long the worker's start took, by stage: `start_launch` (until its
# process ran), `start_libraries`, `start_fetch` (of the model), `start_load`. They are there after a cold start only.
START_STAGE_PREFIX = "start_"


class EngineProfile(StrEnum):
    """What an engine spends on a shard. An engine that knows one way of working ignores it."""

    ACCURATE = "accurate"  # the fewest words and punctuation marks wrong
    FAST = "fast"  # the least time, at a cost in words and punctuation


class ShardError(StrEnum):
    """Reason why a shard was not transcribed: the `error` of `SendTaskFailure`; its `cause` says more."""

    NOT_AUDIO = "Audio.NotAudio"  # no decoder opens it, or it has no audio stream
    EMPTY = "Audio.Empty"  # zero bytes, or a container without a single sample
    TOO_LONG = "Audio.TooLong"  # longer than the worker's limit
    BAD_REFERENCE = "Speakers.BadReference"  # a known speaker's sample of voice cannot be used
    NO_CHANNEL = "Audio.NoChannel"  # the requested channel or audio track does not exist
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
class S3Object(Document):
    """An S3 object."""

    bucket: Name
    key: Name
    version: str | None = None


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

    Packets are counted, not sought: a count is exact in every container, whatever its index or its clock says. The time
    stamp shows that two programs count alike.
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
    reason: Annotated[str | None, Meta(description="Why there are fewer cuts than requested; null: there are not")] = (
        None
    )


@dataclass(frozen=True)
class ShardMessage(Document):
    """Message on the fast or the bulk queue: a shard, and the Step Functions task token that its answer needs."""

    task_token: Name
    shard: Shard


@dataclass(frozen=True)
class Word(Document):
    """One part of the text as the engine aligned it.

    A printed word may be several: "self" and "-employed". The segment's text has the model's own spaces; renderers make
    words of both.
    """

    text: Annotated[str, Meta(description="Punctuation attached, no space around")]
    start: Annotated[Seconds, Meta(description="Seconds from the start of the file")]
    end: Seconds
    probability: Probability


@dataclass(frozen=True)
class Segment(Document):
    """A stretch of text, from its first word to its last; without words, as the model's timestamp tokens say."""

    start: Seconds
    end: Seconds
    text: str
    words: list[Word] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    temperature: float = 0.0
    avg_logprob: float = 0.0
    compression_ratio: float = 0.0
    no_speech_prob: Probability = 0.0
    language: Annotated[str | None, Meta(description="Whisper's code, where it differs from the shard's")] = None


@dataclass(frozen=True)
class SpeakerTurn(Document):
    """Speech of one speaker; turns of two speakers may overlap."""

    start: Annotated[Seconds, Meta(description="Seconds from the start of the file")]
    end: Seconds
    speaker: Annotated[Index, Meta(description="Position in the section's list of speakers")]
    confidence: Probability
    overlap: Annotated[bool, Meta(description="Another speaker talks at the same time, and has the turn")] = False


@dataclass(frozen=True)
class SectionSpeaker(Document):
    """A speaker of one section, to be recognised in others."""

    seconds: Annotated[Seconds, Meta(description="Seconds of speech in the section")]
    centre: Annotated[str, Meta(description="Mean vector of the voice: Base64 of one signed byte a number")]


@dataclass(frozen=True)
class SpeakerSection(Document):
    """Minutes of a shard within which speakers were told apart; every section numbers its own."""

    speakers: list[SectionSpeaker]
    turns: Annotated[list[SpeakerTurn], Meta(description="In order of time")]


@dataclass(frozen=True)
class KnownVoice(Document):
    """A known speaker's name, and mean vectors of the voice in the sample, each like that of a section's speaker."""

    name: Name
    centres: Annotated[list[str], Meta(description="As it is; of a sample of full band also as a telephone has it")]


@dataclass(frozen=True)
class ShardSpeakers(Document):
    """Who talks when in a shard."""

    model: Annotated[str, Meta(examples=["speakers"])]
    sha256: Annotated[Sha256, Meta(description="Of the model's weights")]
    sections: Annotated[list[SpeakerSection], Meta(description="In order of time")]
    known: Annotated[list[KnownVoice], Meta(description="Of a job with known speakers, in its first shard")] = field(
        default_factory=list
    )


@dataclass(frozen=True)
class AudioInfo(Document):
    """What the decoder found in the file."""

    sha256: Annotated[Sha256, Meta(description="Of the file's bytes as they were submitted")]
    duration: Annotated[Seconds, Meta(description="Seconds of the whole file, decoded")]
    channels: Annotated[Count, Meta(description="Of the track, whichever of them was transcribed")]
    sample_rate: Annotated[Hertz, Meta(description="Hz, of the file")]
    codec: str
    truncated: Annotated[bool, Meta(description="The file ended inside a frame, or earlier than its header says")] = (
        False
    )
    track: Annotated[Count, Meta(description="The transcribed audio track, from 1")] = 1
    tracks: Annotated[Count, Meta(description="Audio tracks of the file")] = 1
    track_language: Annotated[str | None, Meta(description="Of the track, as the file spells it", examples=["deu"])] = (
        None
    )


@dataclass(frozen=True)
class ShardWarning(Document):
    """Something about the audio that the caller should know: an entry of the answer's `metadata.warnings`."""

    parameter: Annotated[str, Meta(description="The option that it is about, or `audio`", examples=["encoding"])]
    type: Annotated[str, Meta(examples=["contradicts_file", "silent_track", "channels_cancel_out", "undecodable"])]
    message: str


@dataclass(frozen=True)
class ModelInfo(Document):
    """The model that ran."""

    name: Annotated[str, Meta(examples=["base"])]
    sha256: Annotated[Sha256, Meta(description="Of model.bin")]
    multilingual: bool
    compute_type: Annotated[str, Meta(examples=["int8"])]
    device: Annotated[str, Meta(examples=["cpu", "cuda"])]


@dataclass(frozen=True)
class ShardResult(Document):
    """The model's output for one shard: an object under the key in the message."""

    job_id: str
    index: Index
    channel: Index | None
    language: Language
    language_probability: Annotated[Probability, Meta(description="1 when the request named the language")]
    segments: list[Segment]
    audio: AudioInfo
    model: ModelInfo
    seconds: Annotated[
        dict[str, Seconds],
        Meta(
            description="Time spent: download, decode, model, total, start_…; worker: the share of the worker's time, "
            "which is less than model where batches run side by side"
        ),
    ]
    engine: Annotated[dict[str, Any], Meta(description="The engine's own counters, e.g. windows")] = field(
        default_factory=dict
    )
    warnings: list[ShardWarning] = field(default_factory=list)
    speakers: Annotated[ShardSpeakers | None, Meta(description="null: speakers were not told apart")] = None
    worker: Annotated[WorkerKind, Meta(description="The kind of worker, whose time has a price")] = WorkerKind.TASK
