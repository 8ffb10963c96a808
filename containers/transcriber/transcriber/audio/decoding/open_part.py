"""Open part: one part of a media file, its container, its track and its clock; used by `stream`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream as AvAudioStream
from av.codec.context import Flags2
from av.container import InputContainer
from av.packet import Packet

from earshot_contract.documents.audio_tracks import TrackRequest
from earshot_contract.documents.shard_results import ShardWarning
from earshot_contract.documents.shards import RawAudio, ShardError
from transcriber.audio import stream_warnings
from transcriber.audio.decoding.avi_gaps import AviGaps
from transcriber.audio.decoding.container import (
    UNREADABLE,
    check_track,
    demux,
    header_end,
    is_mp4,
    no_audio_track_message,
    open_container,
)
from transcriber.audio.decoding.mp4_pauses import Mp4Pauses
from transcriber.audio.decoding.timeline import Timeline
from transcriber.audio.decoding.tracks import (
    decodable_tracks,
    default_track,
    is_encrypted,
    requested_track,
    track_number,
)
from transcriber.audio.file_structure.fragment_times import begin_all_at_once
from transcriber.audio.file_structure.lost_fragments import has_lost_fragments
from transcriber.audio.file_structure.part_reader import Part, PartReader
from transcriber.audio.mixing import planar
from transcriber.engine_protocol import ShardFailed

# A track is silent if fewer than three tenths of a second of it are louder than this (RMS, -55 dB). Then another one is
# taken, if that is ten times as loud.
_LOUD_TENTHS = 3
_SILENT_TRACK_RMS, _LOUDER_TRACK = 0.0018, 10.0
_PRE_ROLL_SECONDS = 1.0  # decoded before the range, so that codecs with memory have settled when it begins
_MIN_SEEK_SECONDS = 30.0  # seek only for a later start; before it, decoding from the start is fast and exact


class OpenPart:
    """One part of a file, opened; its track and its clock.

    Attributes:
        has_edits: the file is an MP4, and FFmpeg is right about the packets that it marks as not to be heard.
    """

    def __init__(
        self,
        file: BinaryIO,
        part: Part,
        path: Path,
        raw: RawAudio | None,
        channel: int | None,
        requested: TrackRequest | None = None,
        track: int | None = None,
    ) -> None:
        """Open a part.

        Args:
            file: the whole file.
            part: where the part is.
            path: path of the file, for errors.
            raw: how to read headerless audio.
            channel: the requested channel; None: all of them.
            requested: the requested track; None: the default one.
            track: index of the stream that was chosen in an earlier part; None: this is the first.
        """
        self._open = lambda: open_container(PartReader(file, part), path, raw)
        self._channel = channel
        self._preferred = requested if requested is not None and requested.preferred else None
        self._requested = requested if self._preferred is None else None
        self._reader = PartReader(file, part)
        self.container: InputContainer = open_container(self._reader, path, raw)
        try:
            stream = self._chosen(track)
            if stream is None:
                raise ShardFailed(ShardError.NOT_AUDIO, no_audio_track_message(self.container, path))
            check_track(stream)
            self.stream: AvAudioStream = stream
            has_fragments = is_mp4(self.container) and not stream.frames
            self.has_edits = is_mp4(self.container) and not (has_fragments and begin_all_at_once(self._reader))
            if has_fragments and not self.has_edits:
                stream.codec_context.flags2 |= Flags2.skip_manual
            self.timeline = Timeline(self.container)
        except BaseException:
            self.container.close()
            raise

    def _chosen(self, track: int | None) -> AvAudioStream | None:
        if track is not None and track < len(self.container.streams):
            stream = self.container.streams[track]
            if isinstance(stream, AvAudioStream) and stream.codec_context:
                return stream
        if self._requested is not None and track is None and self.container.streams.audio:
            return requested_track(self.container, self._requested)
        return default_track(self.container, self._channel, self._preferred)

    def __enter__(self) -> OpenPart:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        """Close the container."""
        self.container.close()

    @property
    def header_seconds(self) -> float | None:
        """The end of the audio by the header, in seconds."""
        return header_end(self.container, self.stream, self._reader, self.timeline.zero)

    @cached_property
    def has_lost_fragments(self) -> bool:
        """Whether the file is an MP4 of which fragments are missing: a gap of its clock is no pause."""
        return is_mp4(self.container) and has_lost_fragments(self._reader)

    def packets(self) -> Iterator[Packet[AvAudioStream]]:
        """Yield the packets of the track from the beginning, with the time stamps that a player has."""
        packets, gaps = demux(self.container, self.stream), self._gaps()
        if pauses := self._pauses():
            packets = pauses.without(packets)
        return gaps.shifted(packets) if gaps else packets

    def _pauses(self) -> Mp4Pauses | None:
        return Mp4Pauses(self._reader, self.stream.index) if is_mp4(self.container) else None

    def _gaps(self) -> AviGaps | None:
        if self.container.format.name != "avi":
            return None
        return AviGaps(self._reader, self.stream.index, self.stream.frames)

    def seek(self, start: float) -> bool:
        """Seek to shortly before a late `start`, in seconds.

        Returns:
            Whether it was done: positions must then come from the first frame's time stamp.
        """
        target = start - _PRE_ROLL_SECONDS
        if target < _MIN_SEEK_SECONDS or not self.stream.time_base or self._gaps():
            return False
        try:
            self.container.seek(int((target + self.timeline.zero) / float(self.stream.time_base)), stream=self.stream)
        except UNREADABLE:
            return False
        return True

    def choose_audible(self, warnings: list[ShardWarning]) -> int | None:
        """Take another track if the default one is silent and the other is not, unless one was requested.

        Returns:
            The index of the track, for the parts that follow; None: there was no choice.
        """
        tracks = decodable_tracks(self.container)
        if self._requested is not None:
            return self.stream.index
        if self._channel is not None:
            tracks = [track for track in tracks if track.codec_context.layout.nb_channels > self._channel]
        if len(tracks) < 2:
            return None
        default = default_track(self.container, self._channel, self._preferred, clear=False)
        if default is not None and is_encrypted(default) and not is_encrypted(self.stream):
            default_number, chosen = (track_number(self.container, track) for track in (default, self.stream))
            warnings.append(stream_warnings.other_track(default_number, "is encrypted", chosen))
        loudest = self._loudness(self.stream.index, _SILENT_TRACK_RMS)
        if loudest is not None and loudest >= _SILENT_TRACK_RMS:
            return self.stream.index
        enough = max(_SILENT_TRACK_RMS, (loudest or 0.0) * _LOUDER_TRACK)
        default = self.stream
        for track in tracks:
            if track.index != default.index and (self._loudness(track.index, enough) or 0.0) >= enough:
                check_track(track)
                number, default_number = track_number(self.container, track), track_number(self.container, default)
                reason = "is silent" if loudest is not None else "cannot be decoded: it is damaged or encrypted"
                warnings.append(stream_warnings.other_track(default_number, reason, number))
                self.stream = track
                break
        return self.stream.index

    def _loudness(self, index: int, enough: float) -> float | None:
        """Return the RMS of a track's third loudest tenth of a second, or the third one of at least `enough`.

        The two loudest may be clicks of a microphone that is switched on and off. None: no packet can be decoded.
        """
        loudest: list[float] = []
        try:
            with self._open() as container:  # type: ignore[no-untyped-call]
                squares, count = 0.0, 0
                track = container.streams.get(index)[0]
                assert isinstance(track, AvAudioStream)
                for frame in _decodable(demux(container, track)):
                    samples = planar(frame)
                    squares += float(np.var(samples, axis=1, dtype=np.float64).max()) * frame.samples
                    count += frame.samples
                    if count * 10 >= frame.sample_rate:
                        loudest = sorted([*loudest, (squares / count) ** 0.5])[-_LOUD_TENTHS:]
                        squares, count = 0.0, 0
                    if len(loudest) == _LOUD_TENTHS and loudest[0] >= enough:
                        break
        except (*UNREADABLE, ShardFailed):
            pass  # what could be read of it decides
        return min(loudest, default=None)


def _decodable(packets: Iterator[Packet[AvAudioStream]]) -> Iterator[AudioFrame]:
    """Yield the frames of packets; those that cannot be decoded are skipped."""
    for packet in packets:
        try:
            frames = packet.decode()
        except UNREADABLE:
            continue
        yield from frames
