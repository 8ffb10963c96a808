"""Open part: one part of a media file, its container, its track and its clock; used by `stream`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream as AvAudioStream
from av.container import InputContainer

from earshot_contract.shards import RawAudio, ShardError, ShardWarning
from transcriber.audio.container import (
    UNREADABLE,
    check_track,
    default_track,
    header_end,
    no_audio_track_message,
    open_container,
)
from transcriber.audio.mixing import planar
from transcriber.audio.parts import Part, PartReader
from transcriber.audio.timeline import Timeline
from transcriber.engine_protocol import ShardFailed

# A track is silent, and another one is taken, if no tenth of a second is louder than the first number (RMS, -55 dB)
# and the other one is ten times as loud.
_SILENT_TRACK_RMS, _LOUDER_TRACK = 0.0018, 10.0


class OpenPart:
    """One part of a file, opened; its track and its clock."""

    def __init__(
        self,
        file: BinaryIO,
        part: Part,
        path: Path,
        raw: RawAudio | None,
        channel: int | None,
        track: int | None = None,
    ) -> None:
        """Open a part.

        Args:
            file: the whole file.
            part: where the part is.
            path: of the file, for errors.
            raw: how to read headerless audio.
            channel: the requested channel; None: all of them.
            track: index of the track; None: the default one.
        """
        self._open = lambda: open_container(PartReader(file, part), path, raw)
        self._channel = channel
        self._reader = PartReader(file, part)
        self.container: InputContainer = open_container(self._reader, path, raw)
        try:
            stream = default_track(self.container, channel)
            if track is not None and track < len(self.container.streams):
                chosen = self.container.streams[track]
                stream = chosen if isinstance(chosen, AvAudioStream) and chosen.codec_context else stream
            if stream is None:
                raise ShardFailed(ShardError.NOT_AUDIO, no_audio_track_message(self.container, path))
            check_track(stream)
            self.stream: AvAudioStream = stream
            self.timeline = Timeline(self.container)
        except BaseException:
            self.container.close()
            raise

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

    def choose_audible(self, warnings: list[ShardWarning]) -> int | None:
        """Take another track if the default one is silent and the other is not.

        Returns:
            The index of the track, for the parts that follow; None: there was no choice.
        """
        tracks = [stream for stream in self.container.streams.audio if stream.codec_context is not None]
        if self._channel is not None:
            tracks = [track for track in tracks if track.codec_context.layout.nb_channels > self._channel]
        if len(tracks) < 2:
            return None
        loudest = self._loudness(self.stream.index, _SILENT_TRACK_RMS)
        if loudest >= _SILENT_TRACK_RMS:
            return self.stream.index
        enough = max(_SILENT_TRACK_RMS, loudest * _LOUDER_TRACK)
        default = self.stream
        for track in tracks:
            if track.index != default.index and self._loudness(track.index, enough) >= enough:
                check_track(track)
                number, default_number = tracks.index(track) + 1, tracks.index(default) + 1
                message = f"Audio track {default_number} is silent; track {number} was transcribed."
                warnings.append(ShardWarning("audio", "silent_track", message))
                self.stream = track
                break
        return self.stream.index

    def _loudness(self, index: int, enough: float) -> float:
        """Return the RMS of a track's loudest tenth of a second, or the first one of at least `enough`."""
        loudest = 0.0
        try:
            with self._open() as container:  # type: ignore[no-untyped-call]
                squares, count = 0.0, 0
                for frame in container.decode(container.streams[index]):
                    assert isinstance(frame, AudioFrame)
                    samples = planar(frame)
                    squares += float(np.var(samples, axis=1, dtype=np.float64).max()) * frame.samples
                    count += frame.samples
                    if count * 10 >= frame.sample_rate:
                        loudest = max(loudest, (squares / count) ** 0.5)
                        squares, count = 0.0, 0
                    if loudest >= enough:
                        break
        except (*UNREADABLE, ShardFailed):
            pass  # what could be read of it decides
        return loudest
