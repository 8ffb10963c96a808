"""Shard result: the document that a worker writes to S3 for each shard.

All times are seconds from the start of the *file* (not of the shard), so that assembling is concatenation. It holds no
vendor's response format. `events/schemas/` has its JSON Schema.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from msgspec import Meta

from earshot_contract.document import Document
from earshot_contract.fields import Count, Hertz, Index, Language, Name, Probability, Seconds, Sha256
from earshot_contract.worker_kinds import WorkerKind

# Prefix of the members of a result's `seconds` that say how long each stage of the worker's start took: `start_launch`
# (until its process ran), `start_libraries`, `start_fetch` (of the model), `start_load`. Only after a cold start.
START_STAGE_PREFIX = "start_"


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
    """Properties of the file that the decoder found."""

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


# `type` of the warning that a later part of the file has more channels than its beginning.
MORE_CHANNELS = "more_channels"


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
