"""Transcript of a job, as the model wrote it; every output format is rendered from it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from earshot_contract.document import Document
from earshot_contract.documents.shard_results import AudioInfo, ModelInfo, Segment, SpeakerTurn


@dataclass(frozen=True)
class Channel(Document):
    """Segments of one channel in order of time."""

    index: int  # position in the answer, from 0
    language: str  # Whisper code, of the speech
    language_probability: float
    segments: list[Segment]
    turns: list[SpeakerTurn] = field(default_factory=list)  # who talks when; speakers are numbered within the channel


@dataclass(frozen=True)
class SpeakerName(Document):
    """Name of a speaker, numbered from 0 within the channel."""

    channel: int
    speaker: int
    name: str


@dataclass(frozen=True)
class SpeakerModelInfo(Document):
    """The model that told speakers apart."""

    name: str
    sha256: str  # of its weights


@dataclass(frozen=True)
class Redaction(Document):
    """A stretch of a channel whose words were redacted; its text is stored nowhere."""

    channel: int  # index of the channel
    entity: str  # as `redact` names it
    start: float  # seconds from the start of the file
    end: float


@dataclass(frozen=True)
class Transcript(Document):
    """Transcript of one job, stored unedited, but redacted if requested, as `jobs/{id}/transcript.json`."""

    job_id: str
    created: str  # ISO 8601, UTC, milliseconds
    options: str  # the job's query string
    task: str  # transcribe | translate
    audio: AudioInfo
    model: ModelInfo
    channels: list[Channel]
    model_seconds: float
    engine: dict[str, Any] = field(default_factory=dict)
    warnings: list[dict[str, str]] = field(default_factory=list)  # {parameter, type, message}
    speaker_model: SpeakerModelInfo | None = None  # None: speakers were not told apart
    speaker_names: list[SpeakerName] = field(default_factory=list)  # of corrections; never stored with the transcript
    recognised: list[SpeakerName] = field(default_factory=list)  # known speakers, by their voices
    redactions: list[Redaction] = field(default_factory=list)
    partial_until: float | None = (
        None  # seconds of the file that the text reaches; None: all. Never stored with a value
    )

    def speaker_name(self, channel: Channel, number: int) -> str:
        """Return what a speaker is called in every format: by name, else as in Deepgram's answers."""
        return self.name_of(channel, number) or f"Speaker {number}"

    def name_of(self, channel: Channel, number: int) -> str | None:
        """Return a speaker's name: that of the corrections, else the one by which they were recognised, else None."""
        names = [*self.speaker_names, *self.recognised]
        found = (each.name for each in names if (each.channel, each.speaker) == (channel.index, number))
        return next(found, None)

    def text_language(self, channel: Channel) -> str:
        """Return the language of a channel's text: a translation is English, whatever language was spoken."""
        return "en" if self.task == "translate" else channel.language

    def segment_language(self, channel: Channel, segment: Segment) -> str:
        """Return the language of a segment's text; it differs from the channel's where speakers change theirs."""
        return self.text_language(channel) if self.task == "translate" else segment.language or channel.language

    def languages(self, channel: Channel) -> list[str]:
        """Return the languages of a channel's text, the one with most text first."""
        letters: Counter[str] = Counter()
        for segment in channel.segments:
            letters[self.segment_language(channel, segment)] += len(segment.text)
        return [language for language, _ in letters.most_common()]
