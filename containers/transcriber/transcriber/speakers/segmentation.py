"""Segmentation of a stream: where one voice speaks alone, where voices change, and where two speak at once.

Windows of 10 s, one every 3.3 s, go through the segmentation network. In each it tells up to three local speakers
apart; what most of the windows over a frame say is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.speakers.model import WINDOW_SAMPLES, SpeakerModel

FRAME_SAMPLES = 270  # 16.9 ms: the network's step
WINDOW_FRAMES = 589
STEP_FRAMES = 197  # between two windows; 148 cost a third more and are no better, 222 are worse (measured)
FRAMES_A_SECOND = SAMPLE_RATE / FRAME_SAMPLES
_FIRST_FRAME = 0.031 - 0.5 / FRAMES_A_SECOND  # seconds: a frame's centre lies in the middle of the 991 samples it sees
_BATCH = 2  # windows a call; 8 are as fast and take 200 MB more (measured)
_MAX_STRETCH_FRAMES = round(10 * FRAMES_A_SECOND)  # a longer one is cut, so that the samples of a monologue can go
_MAJORITY = 0.5
_CHANGE = 0.4  # share of the windows that must see a change of voice
# A window's change counts for the frames around it too, as windows place it differently by a few frames.
_CHANGE_SPREAD = np.array([1, 2, 3, 4, 5, 4, 3, 2, 1]) / 5
# The network's output: the sets of local speakers, as rows of (first, second, third).
SPEAKER_SETS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]], bool)
_SOLE = np.array([-1, 0, 1, 2, 3, 3, 3])  # per set: no speaker, which local speaker alone, or several


@dataclass(frozen=True)
class SegmentationWindow:
    """The network's output for one window.

    Attributes:
        start: its first frame.
        sets: row of SPEAKER_SETS for each frame, shape (WINDOW_FRAMES,), uint8.
    """

    start: int
    sets: np.ndarray


@dataclass(frozen=True)
class Stretch:
    """Frames from `start` to before `end` in which one voice speaks alone."""

    start: int
    end: int


def frame_time(frame: int | np.ndarray) -> float | np.ndarray:
    """Return the time in seconds at which a frame begins."""
    return frame / FRAMES_A_SECOND + _FIRST_FRAME


def frame_at(seconds: float) -> int:
    """Return the frame that begins nearest to a time."""
    return round((seconds - _FIRST_FRAME) * FRAMES_A_SECOND)


class Segmentation:
    """Segmentation of one stream; blocks go in, windows, frames and stretches come out in order.

    Attributes:
        windows: windows done; the caller takes them out.
        speech: arrays of bool that follow one another, of the final frames: whether there is speech. The caller takes
            them out, too.
        overlap: the same: whether at least two speak.
    """

    def __init__(self, model: SpeakerModel) -> None:
        self._model = model
        self._samples, self._samples_start = np.zeros(0, np.float32), 0
        self._window_count = 0
        self._first = 0  # frame of the first row of `_sums`
        self._sums = np.zeros((0, 4), np.float32)  # per frame: windows, and those with speech, overlap, change
        self._open: int | None = None  # first frame of the stretch that has not ended
        self._last_change = 0.0  # of the frame before `_first`
        self.windows: list[SegmentationWindow] = []
        self.speech: list[np.ndarray] = []
        self.overlap: list[np.ndarray] = []

    def feed(self, samples: np.ndarray) -> list[Stretch]:
        """Add samples; return the stretches that have ended."""
        self._samples = np.concatenate([self._samples, samples])
        while self._available() >= WINDOW_SAMPLES + (_BATCH - 1) * STEP_FRAMES * FRAME_SAMPLES:
            self._run(_BATCH)
        return self._final_stretches(self._window_count * STEP_FRAMES - 1)

    def finish(self) -> list[Stretch]:
        """Return the last stretches, of the whole stream if it is shorter than a window."""
        end = self._samples_start + len(self._samples)
        last = max(1, int(np.ceil(max(0, end - WINDOW_SAMPLES) / (STEP_FRAMES * FRAME_SAMPLES))) + 1)
        count = last - self._window_count
        if count > 0:
            padding = (last - 1) * STEP_FRAMES * FRAME_SAMPLES + WINDOW_SAMPLES - end
            self._samples = np.pad(self._samples, (0, padding))
            while count > 0:
                self._run(min(count, _BATCH))
                count -= _BATCH
        frames = min(self._first + len(self._sums), end // FRAME_SAMPLES + 1)
        found = self._final_stretches(frames)
        if self._open is not None:
            found.append(Stretch(self._open, frames))
        return found

    @property
    def needed_from(self) -> int:
        """The first frame that a stretch may still begin with, or that the open one does."""
        return self._first if self._open is None else self._open

    def _available(self) -> int:
        return self._samples_start + len(self._samples) - self._window_count * STEP_FRAMES * FRAME_SAMPLES

    def _run(self, count: int) -> None:
        """Run the next `count` windows, whose samples are there."""
        frames = [(self._window_count + n) * STEP_FRAMES for n in range(count)]
        first, last = (frames[n] * FRAME_SAMPLES - self._samples_start for n in (0, -1))
        samples = self._samples[first : last + WINDOW_SAMPLES]
        probabilities = self._model.segment(samples, [(frame - frames[0]) * FRAME_SAMPLES for frame in frames])
        for frame, sets in zip(frames, probabilities.argmax(2).astype(np.uint8), strict=True):
            window = SegmentationWindow(frame, sets)
            self.windows.append(window)
            self._count(window)
        self._window_count += count
        unused = self._window_count * STEP_FRAMES * FRAME_SAMPLES - self._samples_start
        self._samples, self._samples_start = self._samples[unused:].copy(), self._samples_start + unused

    def _count(self, window: SegmentationWindow) -> None:
        end = window.start + WINDOW_FRAMES - self._first
        if end > len(self._sums):
            self._sums = np.pad(self._sums, ((0, end - len(self._sums)), (0, 0)))
        speakers, sole = SPEAKER_SETS[window.sets].sum(1), _SOLE[window.sets]
        changes = np.zeros(WINDOW_FRAMES)
        changes[1:] = sole[1:] != sole[:-1]
        changes = np.minimum(1, np.convolve(changes, _CHANGE_SPREAD, "same"))
        rows = np.stack([np.ones(WINDOW_FRAMES), speakers > 0, speakers > 1, changes], 1)
        self._sums[window.start - self._first : end] += rows

    def _final_stretches(self, end: int) -> list[Stretch]:
        """Return the stretches up to frame `end`, before which no further window counts."""
        start = self._first
        if end <= start:
            return []
        # A peak needs the frames before and after it.
        sums = self._sums[: end - start + 1] if len(self._sums) > end - start else self._sums
        shares = sums[:, 1:] / np.maximum(sums[:, :1], 1)
        shares = np.concatenate([shares, np.zeros((max(0, end - start + 1 - len(shares)), 3))])
        speech, overlap = shares[:-1, 0] >= _MAJORITY, shares[:-1, 1] >= _MAJORITY
        changes = shares[:, 2]
        before = np.concatenate([[self._last_change], changes[:-2]])
        peaks = (changes[:-1] >= _CHANGE) & (changes[:-1] >= before) & (changes[:-1] > changes[1:])
        self._last_change = changes[-2]
        self.speech.append(speech)
        self.overlap.append(overlap)
        found = self._cut(start, speech & ~overlap, peaks)
        self._sums, self._first = self._sums[end - start :], end
        return found

    def _cut(self, first: int, alone: np.ndarray, peaks: np.ndarray) -> list[Stretch]:
        """Cut frames with one voice where the voice changes, and where a stretch gets too long."""
        found = []
        for frame, (is_alone, is_peak) in enumerate(zip(alone.tolist(), peaks.tolist(), strict=True), first):
            if self._open is not None:
                too_long = frame - self._open >= _MAX_STRETCH_FRAMES
                if not is_alone or is_peak or too_long:
                    found.append(Stretch(self._open, frame))
                    self._open = None
            if is_alone and self._open is None:
                self._open = frame
        return found
