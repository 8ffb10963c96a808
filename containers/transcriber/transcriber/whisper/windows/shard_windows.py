"""Shard windows: a shard's audio and what lies around it → the windows that the whole file has there; used by `engine`.

Voice activity detection and windowing hear the audio around a shard, too. Without it the first window behind a cut
began up to 0.13 s elsewhere than the whole file's, and its words with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np

from transcriber.audio.low_cut import low_cut
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.whisper.windows.profile import Profile
from transcriber.whisper.windows.voice_activity import VAD_FRAME_SAMPLES, VoiceActivityDetector
from transcriber.whisper.windows.windowing import Windower, WindowSpan


class RangeOfAudio(Protocol):
    """A range of a file: `before` is there with its first block, `behind` after the last; `AudioStream` is one."""

    before: np.ndarray
    behind: np.ndarray

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield blocks of float32 in -1..1 at 16 kHz, shape (n,)."""
        ...


class WindowAudio(NamedTuple):
    """A window: its start in the file (s), its samples, and its regions of speech in seconds from its start."""

    start: float
    samples: np.ndarray
    voiced: tuple[tuple[float, float], ...]


class ShardWindows:
    """Splits a range of a file into windows; samples that no later window needs are released.

    Frames of the detection lie where those of the file lie. Windows begin and end with frames, and Whisper hears a
    window that begins some milliseconds elsewhere a little otherwise.
    """

    def __init__(self, audio: RangeOfAudio, profile: Profile, start: float, *, is_exact: bool) -> None:
        """Take a range that starts at `start` seconds of the file; unless that is exact, frames begin with it."""
        self._audio, self._profile, self._start, self._is_exact = audio, profile, start, is_exact
        self._first_frame = 0  # VAD frames of the file before the first one
        # Positions, in samples from the first frame: where the range begins, and where it ends if context follows.
        self._begin, self._end = 0, float("inf")
        self._buffer, self._buffer_start = np.zeros(0, np.float32), 0  # samples still needed

    def __iter__(self) -> Iterator[tuple[list[WindowAudio], np.ndarray]]:
        """Yield for each block the windows that are final, and its samples that lie in the range."""
        detector: VoiceActivityDetector | None = None
        windower, fed = Windower(self._profile), 0
        for block in low_cut(self._blocks()):
            if detector is None:
                detector = VoiceActivityDetector(self._first_frame)
                windower = Windower(self._profile, self._begin // VAD_FRAME_SAMPLES)
            if self._end < float("inf"):
                windower.end_at(int(self._end) // VAD_FRAME_SAMPLES)
            at, fed = fed, fed + len(block)
            self._buffer = np.concatenate([self._buffer, block])
            windows = [self._window(span) for span in windower.feed(detector.feed(block))]
            yield windows, block[max(0, self._begin - at) : int(max(0, min(fed, self._end) - at))]
            if (consumed := min(windower.consumed_samples, fed)) > self._buffer_start:
                self._buffer, self._buffer_start = self._buffer[consumed - self._buffer_start :], consumed
        if detector is not None:
            spans = windower.feed(detector.finish()) + windower.finish(fed)
            yield [self._window(span) for span in spans], np.zeros(0, np.float32)

    def _blocks(self) -> Iterator[np.ndarray]:
        """Yield the blocks of the range, and what lies around it; note where it begins and ends."""
        position = 0
        for block in self._audio:
            if not position:
                before = self._audio.before
                first = round(self._start * SAMPLE_RATE) - len(before) if self._is_exact else 0
                self._first_frame, lead = divmod(first, VAD_FRAME_SAMPLES)
                self._begin = position = lead + len(before)
                yield np.concatenate([np.zeros(lead, np.float32), before, block])
            else:
                yield block
            position += len(block)
        if len(self._audio.behind):
            self._end = position
            yield self._audio.behind

    def _window(self, span: WindowSpan) -> WindowAudio:
        samples = self._buffer[span.start - self._buffer_start : span.end - self._buffer_start]
        start = self._start + (span.start - self._begin) / SAMPLE_RATE
        voiced = tuple(((a - span.start) / SAMPLE_RATE, (b - span.start) / SAMPLE_RATE) for a, b in span.voiced)
        return WindowAudio(start, samples, voiced)
