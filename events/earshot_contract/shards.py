"""The shard message and the shard result: all that the functions and the transcriber share.

A *shard* is a stretch of one channel of one audio file, small enough for one worker. Step Functions puts a
`ShardMessage` on a queue; a worker writes a `ShardResult` to S3 under the key that the message names, then
answers the message's task token. Both shapes are what the model said and nothing of any vendor's API.

All times are seconds from the start of the *file* (not of the shard), so that assembling is concatenation.
JSON Schemas of both stand in `events/schemas/`, samples in `events/samples/`; tests hold them together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from earshot_contract.document import Document


class ShardError(StrEnum):
    """Why a shard could not be transcribed: the `error` of `SendTaskFailure`; its `cause` is a sentence."""

    NOT_AUDIO = "Audio.NotAudio"  # no decoder opens it, or it holds no audio stream
    EMPTY = "Audio.Empty"  # zero bytes, or a container without a single sample
    TOO_LONG = "Audio.TooLong"  # longer than the worker's ceiling
    NO_CHANNEL = "Audio.NoChannel"  # the channel asked for does not exist
    MISSING = "Audio.Missing"  # the object is gone
    UNKNOWN_MODEL = "Model.Unknown"  # the deployment holds no such model
    CORRUPT_MODEL = "Model.Corrupt"  # its files do not match the manifest
    MAX_RECEIVES = "Worker.GaveUp"  # received as often as the queue allows and never finished
    INTERNAL = "Worker.Internal"  # our fault; retried by the state machine


@dataclass(frozen=True)
class RawAudio(Document):
    """How to read headerless audio. `encoding` is Deepgram's name (linear16, mulaw, …)."""

    encoding: str
    sample_rate: int  # Hz
    channels: int = 1


@dataclass(frozen=True)
class S3Object(Document):
    """An S3 object."""

    bucket: str
    key: str
    version: str | None = None


@dataclass(frozen=True)
class Shard(Document):
    """What a worker is asked to do."""

    job_id: str
    index: int  # position in the job, from 0: also the order of results
    count: int  # shards of the job
    audio: S3Object
    result: S3Object  # where the ShardResult goes; fixed, so that a redelivery writes the same object again
    model: str  # a name in the models bucket, e.g. "base"
    task: Literal["transcribe", "translate"] = "transcribe"
    language: str | None = None  # Whisper code; None: detect
    languages: list[str] = field(default_factory=list)  # restricts what may be detected
    channel: int | None = None  # None: all channels mixed to one
    start: float = 0.0  # seconds
    end: float | None = None  # seconds; None: the end of the file
    raw: RawAudio | None = None  # None: the file says itself what it is
    word_timestamps: bool = True
    prompt: str | None = None  # text that precedes the audio, in Whisper's sense
    hotwords: str | None = None
    temperature: float | None = None  # None: the engine's own fallback ladder
    interactive: bool = False  # somebody waits on the line


@dataclass(frozen=True)
class ShardMessage(Document):
    """The body of an SQS message: the order and the token that answers it."""

    task_token: str
    shard: Shard


@dataclass(frozen=True)
class Word(Document):
    """One word as the model wrote it, punctuation attached, without surrounding space."""

    text: str
    start: float
    end: float
    probability: float  # 0..1


@dataclass(frozen=True)
class Segment(Document):
    """A stretch of speech the model gave back in one piece."""

    start: float
    end: float
    text: str
    words: list[Word] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    temperature: float = 0.0
    avg_logprob: float = 0.0
    compression_ratio: float = 0.0
    no_speech_prob: float = 0.0


@dataclass(frozen=True)
class AudioInfo(Document):
    """What the decoder found; `sha256` is of the file's bytes as they were submitted."""

    sha256: str
    duration: float  # seconds of the whole file, decoded
    channels: int  # in the file, whatever was transcribed
    sample_rate: int  # Hz, of the file
    codec: str
    truncated: bool = False  # the file ended in the middle of a frame or before its header said


@dataclass(frozen=True)
class ModelInfo(Document):
    """What really ran."""

    name: str  # e.g. "base"
    sha256: str  # of model.bin
    multilingual: bool
    compute_type: str  # e.g. "int8"
    device: str  # e.g. "cpu", "cuda"


@dataclass(frozen=True)
class ShardResult(Document):
    """What the model said about one shard."""

    job_id: str
    index: int
    channel: int | None
    language: str
    language_probability: float  # 1.0 when the language was given
    segments: list[Segment]
    audio: AudioInfo
    model: ModelInfo
    seconds: dict[str, float]  # spent: "download", "decode", "model", "total"
    engine: dict[str, Any] = field(default_factory=dict)  # its own facts: windows, redone, dropped, …
