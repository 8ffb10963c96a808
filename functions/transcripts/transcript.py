"""The canonical transcript: what a finished job says. Every rendering is a function of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from earshot_contract.document import Document
from earshot_contract.shards import AudioInfo, ModelInfo, Segment


@dataclass(frozen=True)
class Channel(Document):
    """What was said on one channel, in order of time."""

    index: int  # position in the answer, from 0
    language: str
    language_probability: float
    segments: list[Segment]


@dataclass(frozen=True)
class Transcript(Document):
    """One per job; kept as `jobs/{id}/transcript.json`."""

    job_id: str
    created: str  # ISO 8601, UTC, milliseconds
    options: str  # the query string the job was asked with
    task: str  # transcribe | translate
    audio: AudioInfo
    model: ModelInfo
    channels: list[Channel]
    model_seconds: float
    engine: dict[str, Any] = field(default_factory=dict)
    warnings: list[dict[str, str]] = field(default_factory=list)  # {parameter, type, message}
