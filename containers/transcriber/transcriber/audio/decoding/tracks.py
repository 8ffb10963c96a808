"""Audio tracks of an opened file: which one is transcribed, and what its header says of it."""

from __future__ import annotations

from dataclasses import replace

from av.audio.stream import AudioStream as AvAudioStream
from av.container import InputContainer
from av.stream import Disposition

from earshot_contract.documents.audio_tracks import TrackHeader, TrackRequest, choose_track
from earshot_contract.documents.shards import ShardError
from transcriber.engine_protocol import ShardFailed

_ENCRYPTED = {"enca", "drms"}  # names of an MP4's sample entries: common encryption, and iTunes'


def default_track(
    container: InputContainer, channel: int | None, preferred: TrackRequest | None = None, *, clear: bool = True
) -> AvAudioStream | None:
    """Return the audio track to transcribe if the caller requests none: the one that players choose.

    Args:
        container: the opened file.
        channel: tracks without this channel come last; None: any will do.
        preferred: the language that a track should have; None: any.
        clear: encrypted tracks come last; False: it does not matter whether a track is encrypted.
    """
    tracks = decodable_tracks(container)
    having = [track for track in tracks if channel is None or track.codec_context.layout.nb_channels > channel]
    candidates = having or tracks
    headers = [_track_header(track) for track in candidates]
    chosen = choose_track(headers if clear else [replace(each, is_encrypted=False) for each in headers], preferred)
    return None if chosen is None else candidates[chosen]


def requested_track(container: InputContainer, requested: TrackRequest) -> AvAudioStream:
    """Return the audio track that the caller requests.

    Raises:
        ShardFailed: NO_CHANNEL, the file does not have it; NOT_AUDIO, no decoder knows its codec.
    """
    tracks = list(container.streams.audio)
    chosen = choose_track([_track_header(track) for track in tracks], requested)
    if chosen is None:
        named = str(requested.number) if requested.number else f"in the language {requested.languages[0]}"
        languages = [track_language(track) or "language not named" for track in tracks]
        listed = ", ".join(f"{number} ({language})" for number, language in enumerate(languages, 1))
        raise ShardFailed(ShardError.NO_CHANNEL, f"An audio track {named} was requested, but the file has {listed}.")
    if tracks[chosen].codec_context is None:
        raise ShardFailed(ShardError.NOT_AUDIO, f"Audio track {chosen + 1} is of a codec that no decoder here knows.")
    return tracks[chosen]


def decodable_tracks(container: InputContainer) -> list[AvAudioStream]:
    """Return the audio tracks for which there is a decoder; of those without any sound only if all are."""
    tracks = [track for track in container.streams.audio if track.codec_context is not None]
    return [track for track in tracks if track.codec_context.sample_rate] or tracks


def track_number(container: InputContainer, track: AvAudioStream) -> int:
    """Return an audio track's number, from 1, among all audio tracks of its file."""
    return [stream.index for stream in container.streams.audio].index(track.index) + 1


def is_encrypted(track: AvAudioStream) -> bool:
    """Return whether the header says that a track is encrypted, as far as FFmpeg passes it on."""
    if "enc_key_id" in track.metadata:  # Matroska's
        return True
    try:
        return track.codec_context is not None and track.codec_context.codec_tag in _ENCRYPTED
    except UnicodeDecodeError:  # AVI has numbers as tags, which PyAV cannot pass on
        return False


def track_language(track: AvAudioStream) -> str | None:
    """Return the language of a track as the file spells it; None: not named."""
    language = track.metadata.get("language", "").strip()
    return language if language and language != "und" else None


def _track_header(track: AvAudioStream) -> TrackHeader:
    return TrackHeader(bool(track.disposition & Disposition.default), track_language(track), is_encrypted(track))
