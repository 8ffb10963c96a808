"""Tracks of a header: what MP4 and Matroska files say of each, and the one of which Prepare counts the channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from earshot_contract.documents.audio_tracks import TrackHeader, TrackRequest, choose_track


@dataclass
class HeaderTrack:
    """One track of any kind; None where the header has no value."""

    is_audio: bool = False
    is_default: bool = False
    language: str | None = None
    seconds: float | None = None
    channels: int | None = None
    rate: int | None = None  # Hz
    is_encrypted: bool = False


def transcribed_track(tracks: Sequence[HeaderTrack], requested: TrackRequest | None) -> HeaderTrack:
    """Return the audio track to transcribe; a blank one if there is none or the header does not name the requested one.

    Args:
        tracks: all tracks of the file, in its order.
        requested: which one the caller wants; None: the default one.
    """
    audio = [track for track in tracks if track.is_audio]
    headers = [TrackHeader(track.is_default, track.language, track.is_encrypted) for track in audio]
    chosen = choose_track(headers, requested)
    return HeaderTrack() if chosen is None else audio[chosen]
