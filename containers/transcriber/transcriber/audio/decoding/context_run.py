"""Context run: samples right before or behind a range, which are heard and not transcribed; used by `part_blocks`."""

from __future__ import annotations

import numpy as np
from av.audio.frame import AudioFrame

from transcriber.audio.decoding.timeline import stamp_of
from transcriber.audio.mixing import Mixer, planar, weights
from transcriber.audio.resampling import Resampler16k

_MAX_SHIFT_SECONDS = 0.1  # between a frame's time stamp and the count of samples: containers round, recorders jitter


class ContextRun:
    """Frames that follow one another on the clock; one that does not, or is of another format, begins a new run."""

    def __init__(self, channel: int | None, mixer: Mixer) -> None:
        """Begin an empty run; `channel` None: all are mixed."""
        self._channel, self._mixer = channel, mixer
        self._run: Resampler16k | None = None
        self._blocks: list[np.ndarray] = []
        self._end: float | None = None  # time stamp that the next frame should have, in seconds
        self.seconds = 0.0  # of the run

    def add(self, frame: AudioFrame) -> None:
        """Add the next frame; what is before a gap is dropped."""
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if not self.is_followed_by(frame) or (self._run and self._run.form != form):
            self._run, self._blocks, self.seconds = None, [], 0.0
        if self._run is None:
            self._run = Resampler16k(form, weights(frame), self._channel, self._mixer)
        self._blocks += self._run.add(planar(frame))
        self.seconds += frame.samples / frame.sample_rate
        self.expect_after(frame)

    def is_followed_by(self, frame: AudioFrame) -> bool:
        """Return whether a frame begins where the run ends, as far as time stamps say."""
        stamp = stamp_of(frame)
        return stamp is None or self._end is None or abs(stamp - self._end) <= _MAX_SHIFT_SECONDS

    def expect_after(self, frame: AudioFrame) -> None:
        """Go on with what follows that frame only."""
        stamp = stamp_of(frame)
        self._end = None if stamp is None else stamp + frame.samples / frame.sample_rate

    def finish(self) -> np.ndarray:
        """Return the samples in -1..1 at 16 kHz, shape (n,)."""
        if self._run:
            self._blocks += self._run.finish()
        return np.concatenate([np.zeros(0, np.float32), *self._blocks])
