"""Known speakers: names that a caller gives with a sample of each voice, to be recognised in the audio.

A sample of a voice is personal: the document is an object of the job's work, never in a message, a row or a log, and
Assemble removes it when the job is completed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from earshot_contract.document import Document
from earshot_contract.fields import Name

MAX_KNOWN_SPEAKERS = 4  # OpenAI's limit
MAX_SPEAKER_NAME = 100  # characters, of a known speaker and of one that a correction names
MIN_REFERENCE_SECONDS, MAX_REFERENCE_SECONDS = 2.0, 10.0  # OpenAI's, of a sample's audio


@dataclass(frozen=True)
class KnownSpeaker(Document):
    """A person's name and a sample of their voice."""

    name: Name
    reference: Annotated[bytes, Meta(description="An audio file: Base64")]


@dataclass(frozen=True)
class KnownSpeakers(Document):
    """All known speakers of a job, in the caller's order: an object in S3 (`keys.known_speakers_key`)."""

    speakers: list[KnownSpeaker]
