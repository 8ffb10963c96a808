"""Shard plan: the packets of a file are counted, and it is cut near evenly spaced targets, at pauses if possible.

One pass over the packets, and only the seconds around a target are decoded: memory does not grow with the length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from av.audio.stream import AudioStream as AvAudioStream
from av.packet import Packet

from earshot_contract.documents.audio_tracks import TrackRequest
from earshot_contract.documents.engine_profile import EngineProfile
from earshot_contract.documents.shards import PacketPosition, PlanRequest, RawAudio
from transcriber.audio.decoding.container import UNREADABLE
from transcriber.audio.decoding.packets import PacketClock
from transcriber.audio.decoding.tracks import decodable_tracks
from transcriber.audio.recordings import recordings
from transcriber.planning.cut_search import Batch, CutSearch
from transcriber.whisper.windows.profile import PROFILES, Profile

_BATCH_PACKETS = 256  # placed at once: numpy's calls cost little for each, and packets of lossless codecs are 16 KB
# Maximum length of a recording, as a multiple of the audio in its packets; the rest are gaps. The clock of a recording
# with more gaps cannot be trusted.
_MAX_STRETCH = 3.0

NO_PAUSE = "The recording was cut into {found} parts, not {count}: speech without a pause, or packets longer than one."
NO_PAUSE_AT_ALL = "The recording was not cut: speech without a pause, or packets longer than one."
IN_SPEECH = "Cuts in speech without a pause: {found} of {count}. A word may be wrong there."
SEVERAL_TRACKS = "The recording was not cut: its channels may be those of several audio tracks."
UNSTEADY = "The recording was not cut: its packets do not say when they are to be heard."


@dataclass(frozen=True)
class FoundCuts:
    """Findings of a plan. Times are seconds; `reason` says why cuts are fewer than requested, or worse."""

    seconds: float
    packets: int
    cuts: list[PacketPosition]
    reason: str | None = None


def find_cuts(
    path: Path,
    request: PlanRequest,
    *,
    raw: RawAudio | None = None,
    track: TrackRequest | None = None,
    profile: Profile = PROFILES[EngineProfile.ACCURATE],
) -> FoundCuts:
    """Find out how long a file is and where it can be cut.

    Args:
        path: the whole file.
        request: how long a shard should be. The last one is between half as long and one and a half times as long.
        raw: how to read headerless audio.
        track: the requested audio track; None: the default one.
        profile: profile of the windows that the shards will be split into.

    Raises:
        ShardFailed: the file is not audio.
    """
    length = max(request.shard_seconds, 1.0)
    seconds, packets, filled = 0.0, 0, 0.0
    several_tracks, is_open = False, track is None or track.preferred
    with CutSearch(length, request.maximum, profile) as search:
        for batch in _batches(path, raw, track, search.end_part):
            # Each channel is looked for in the track that has it: their packets may be others than those counted here.
            several_tracks |= request.channels > 1 and is_open and batch.tracks > 1
            search.add(batch)
            seconds, packets = batch.end, packets + len(batch.packets)
            filled += float((batch.times[:, 1] - batch.times[:, 0]).sum())
    count = max(1, round(seconds / length))
    if several_tracks:
        return FoundCuts(round(seconds, 3), packets, [], None if count == 1 else SEVERAL_TRACKS)
    if count > request.maximum:  # the file is far longer than its header or its size suggested
        even = replace(request, shard_seconds=seconds / request.maximum)
        return find_cuts(path, even, raw=raw, track=track, profile=profile)
    search.end(seconds)
    if search.unsteady or seconds > _MAX_STRETCH * filled:
        return FoundCuts(round(seconds, 3), packets, [], None if count == 1 else UNSTEADY)
    found = len(search.cuts) + 1
    missing = NO_PAUSE.format(found=found, count=count) if found > 1 else NO_PAUSE_AT_ALL
    reason = None if found >= count else missing
    if search.cuts_in_speech:
        forced = IN_SPEECH.format(found=search.cuts_in_speech, count=len(search.cuts))
        reason = f"{reason} {forced}" if reason else forced
    return FoundCuts(round(seconds, 3), packets, search.cuts, reason)


def _batches(
    path: Path, raw: RawAudio | None, track: TrackRequest | None, end_part: Callable[[], None]
) -> Iterator[Batch]:
    """Yield the packets of all parts of a file, each with its position; call `end_part` before a part is closed."""
    start = 0.0
    for number, part in recordings(path, raw, track):
        clock, first = PacketClock(part, start), 0
        tracks = len(decodable_tracks(part.container))
        demuxed = part.packets()
        while packets := _some(demuxed):
            yield Batch(part, number, tracks, first, packets, clock.times_of(packets))
            first += len(packets)
        end_part()
        start = clock.seconds


def _some(demuxed: Iterator[Packet[AvAudioStream]]) -> list[Packet[AvAudioStream]]:
    """Return the next packets; none at the end, or behind what cannot be read: the decoder ends there, too."""
    packets: list[Packet[AvAudioStream]] = []
    try:
        for packet in islice(demuxed, _BATCH_PACKETS):
            packets.append(packet)
    except UNREADABLE:
        pass
    return packets
