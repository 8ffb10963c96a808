"""Timeline: where on a player's clock each decoded frame belongs."""

from __future__ import annotations

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import InputContainer

# Time stamps that differ by less are the same (s): containers round them to milliseconds, recorders jitter.
_TOLERANCE = 0.1
# A step back by more (s) begins a new clock, as in files joined without new time stamps; less is an overlap.
_MAX_OVERLAP = 1.0
# A step forward by more (s) is a new clock, too: a header can claim any number.
_MAX_GAP = 3600.0
# Formats whose clock begins at 0 whatever the first time stamp is; others begin anywhere, as broadcasts do.
_ABSOLUTE_FORMATS = {"mov", "mp4", "matroska", "webm", "wv"}
# Formats without time stamps: FFmpeg counts frames at the first one's sample rate, and is wrong after a change of it.
_COUNTED_FORMATS = {"mp3", "aac", "loas", "ac3", "eac3", "dts", "amr"}
# Of FLAC in Ogg, FFmpeg counts the first page from 0, wherever the stream's clock is: its samples (s), at most, and how
# much later (s) the second page is in a dump of a stream.
_MAX_PAGE, _MIN_LIVE_START = 3.0, 10.0
_MAX_LATE_START = 600.0  # s; a later one is the clock of a longer recording from which the file was cut


class Timeline:
    """Compares time stamps with the count of samples, both in seconds from the start of one part of a file.

    Attributes:
        zero: the time stamp at which a player begins, in seconds.
        is_counted: the format has no time stamps.
        has_jumped: the clock went on at another time, so that its last time stamp is not the length.
    """

    def __init__(self, container: InputContainer) -> None:
        """Find the container's zero: the time stamp at which a player begins."""
        self.zero = _zero(container)
        self._start = (container.start_time or 0) / av.time_base  # first time stamp, in seconds
        self._first_page_is_counted = _has_flac_in_ogg(container)
        self.is_counted = container.format.name in _COUNTED_FORMATS
        self.has_jumped = False
        self._stood_still = 0.0  # seconds of frames whose time stamp was that of the frame before
        self._ignores_stamps = False
        self._run_stamp = self._last_stamp = float("-inf")  # time stamps of the run's first frame, and of its last one
        self._run_start = 0.0  # time of the first sample of the run
        self._run_samples = 0.0  # of the run so far; a run has no gap and one sample rate
        self._run_rate = 1

    @property
    def end(self) -> float:
        """Time of the next sample by counting."""
        return self._run_start + self._run_samples / self._run_rate

    def continue_at(self, seconds: float) -> None:
        """Continue the clock of the parts before, which last `seconds`, if this part's time stamps do.

        A stream whose header is sent again now and then is saved as several recordings with one clock.
        """
        if seconds > _TOLERANCE and abs(self._start - self.zero - seconds) < _MAX_OVERLAP:
            self.zero = self._start

    def begin_with(self, frame: AudioFrame) -> None:
        """Make a frame's time stamp the zero: the part is read from there on."""
        stamp = stamp_of(frame)
        if stamp is not None:
            self.zero = stamp

    def step(self, stamp: float | None, rate_changed: bool, first: bool, sought: bool) -> float | None:
        """Return the time at which a frame begins a new run, or None if it continues the run.

        Args:
            stamp: time stamp of the next frame, or of the packet that it will be decoded from, in seconds; None: none.
            rate_changed: the sample rate or the channels are others than those of the run.
            first: the part has no frame before this one.
            sought: the beginning of the part was skipped.
        """
        end = self.end
        self._ignores_stamps |= rate_changed and self.is_counted
        if self._ignores_stamps or stamp is None:
            return end if rate_changed or first else None
        gap = stamp - self.zero - end
        if sought and first:
            return end + gap
        # A muxer that gives no times, or one for many frames, or starts anew.
        stands_still = gap < -_TOLERANCE and (stamp <= self._run_stamp or stamp == self._last_stamp)
        self._last_stamp = stamp
        is_live = self._first_page_is_counted and gap > _MIN_LIVE_START and self.zero == self._run_start == 0
        is_jump = gap < -_MAX_OVERLAP or gap > _MAX_GAP
        if stands_still and not is_jump:
            self._stood_still -= gap
        elif gap > _TOLERANCE:  # a clock that ticks once for many frames catches up
            caught_up = min(gap, self._stood_still)
            self._stood_still -= caught_up
            self.zero += caught_up
            gap -= caught_up
        if is_jump or stands_still or (is_live and end < _MAX_PAGE and not first):
            self.zero += gap
            self.has_jumped |= is_jump and not first
            gap = 0.0
        if first or abs(gap) > _TOLERANCE:
            self._run_stamp = stamp
            return end + gap
        return end if rate_changed else None

    def start_run(self, time: float, rate: int) -> None:
        """Begin a run at `time`."""
        self._run_start, self._run_samples, self._run_rate = time, 0, rate

    def count(self, samples: float) -> None:
        """Count samples of the run."""
        self._run_samples += samples

    def continue_run(self, stamps: np.ndarray, samples: np.ndarray) -> bool:
        """Count frames, or packets, at once if each of them continues the run; else count none.

        Args:
            stamps: time stamps in seconds, shape (frames,); NaN: none.
            samples: samples of each frame, shape (frames,).

        Returns:
            Whether they were counted. `step` finds out which one begins a new run.
        """
        counted = np.cumsum(np.concatenate([[self._run_samples], samples]))
        gaps = stamps - self.zero - (self._run_start + counted[:-1] / self._run_rate)
        if self._ignores_stamps or not np.all(np.abs(gaps) <= _TOLERANCE):  # a comparison with NaN is false
            return False
        self._run_samples = float(counted[-1])
        self._last_stamp = float(stamps[-1]) if len(stamps) else self._last_stamp
        return True


def stamp_of(frame: AudioFrame) -> float | None:
    """Return a frame's time stamp in seconds; None: it has none."""
    return None if frame.pts is None or frame.time_base is None else frame.pts * float(frame.time_base)


def _has_flac_in_ogg(container: InputContainer) -> bool:
    codecs = {stream.codec_context.name for stream in container.streams.audio if stream.codec_context}
    return container.format.name == "ogg" and "flac" in codecs


def _zero(container: InputContainer) -> float:
    if container.start_time is None:
        return 0.0
    start = container.start_time / av.time_base
    is_absolute = not _ABSOLUTE_FORMATS.isdisjoint(container.format.name.split(","))
    return 0.0 if is_absolute and -_MAX_OVERLAP <= start <= _MAX_LATE_START else start
