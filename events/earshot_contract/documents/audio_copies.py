"""Audio copy: the request for a copy of a job's audio in which what was redacted is silent.

It has a message of its own, so that a worker of an earlier version, which would transcribe the audio again, cannot read
it and leaves it to another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta

from earshot_contract.document import Document
from earshot_contract.documents.audio_tracks import TrackRequest
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import RawAudio
from earshot_contract.fields import Index, Name, Seconds


@dataclass(frozen=True)
class Span(Document):
    """A stretch to silence."""

    start: Annotated[Seconds, Meta(description="Seconds from the start of the file")]
    end: Seconds


@dataclass(frozen=True)
class Spans(Document):
    """All stretches to silence: an object in S3, since there may be more than a message holds."""

    spans: list[Span] = field(default_factory=list)


@dataclass(frozen=True)
class AudioCopy(Document):
    """Work for one worker: which audio, what is to be silent in it, and where the copy is written."""

    job_id: Name
    audio: S3Object
    spans: Annotated[S3Object, Meta(description="Where the `Spans` are")]
    result: Annotated[S3Object, Meta(description="Where the copy is written; the same for a redelivery")]
    channels: Annotated[list[Index], Meta(description="Two, from 0, for stereo; none: all mixed to one")] = field(
        default_factory=list
    )
    track: Annotated[TrackRequest | None, Meta(description="null: the default track, or an audible one")] = None
    raw: Annotated[RawAudio | None, Meta(description="How to read headerless audio; null: the file has a header")] = (
        None
    )


@dataclass(frozen=True)
class AudioCopyMessage(Document):
    """Message on the fast or the bulk queue: an audio copy, and the task token that its answer needs."""

    task_token: Name
    copy: AudioCopy
