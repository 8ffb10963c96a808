"""Audio tracks: which one of a file is transcribed. One rule: Prepare counts its channels, the worker decodes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta

from earshot_contract.document import Document
from earshot_contract.fields import Count


@dataclass(frozen=True)
class TrackRequest(Document):
    """The audio track that the caller wants: by its number, or by its language."""

    number: Annotated[Count | None, Meta(description="From 1, among the file's audio tracks")] = None
    languages: Annotated[
        list[str], Meta(description="All codes that files use for one language", examples=[["de", "deu", "ger"]])
    ] = field(default_factory=list)
    preferred: Annotated[
        bool, Meta(description="Another track will do where none is in the language: the one without a request")
    ] = False


@dataclass(frozen=True)
class TrackHeader:
    """An audio track, as the file's header describes it."""

    is_default: bool
    language: str | None = None  # as the file spells it; None: not named
    is_encrypted: bool = False


def choose_track(tracks: Sequence[TrackHeader], requested: TrackRequest | None) -> int | None:
    """Return the index of the track to transcribe, None if the file does not have the requested one.

    Without a request it is the track that players choose: the first that the file marks as default, else the first. Of
    several tracks in the requested language it is the default one, else the first. One that is encrypted comes last.
    The only track of a file that names no language has the requested one: there is nothing to choose.

    Args:
        tracks: the file's audio tracks, in its order.
        requested: what the caller wants; None: nothing.
    """
    if requested is None:
        found = list(range(len(tracks)))
    elif requested.number is not None:
        found = [requested.number - 1] if requested.number <= len(tracks) else []
    elif len(tracks) == 1 and tracks[0].language is None:
        found = [0]
    else:
        found = [n for n, track in enumerate(tracks) if _primary(track.language) in requested.languages]
    if requested is not None and requested.preferred and not found:
        found = list(range(len(tracks)))
    return min(found, key=lambda n: (tracks[n].is_encrypted, not tracks[n].is_default), default=None)


def _primary(language: str | None) -> str | None:
    """Return the primary subtag of a language tag: `pt` of `pt-BR`."""
    return re.split(r"[-_]", language.lower())[0] if language else None
