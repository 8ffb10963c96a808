"""Windowing: speech probabilities → windows of speech short enough for one model call, split at pauses."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.whisper.windows.log_mel import FULL_WINDOW_FRAMES
from transcriber.whisper.windows.profile import Profile
from transcriber.whisper.windows.voice_activity import SPEECH_OFF, SPEECH_ON, VAD_FRAME_SAMPLES

# VAD frames are 32 ms.
_VAD_FRAMES_PER_SECOND = SAMPLE_RATE / VAD_FRAME_SAMPLES
_VAD_FRAMES_END_OF_SPEECH = round(0.3 * _VAD_FRAMES_PER_SECOND)  # this much silence ends a region of speech
_VAD_FRAMES_MIN_SPEECH = 3  # 96 ms, shorter than any word: a shorter region is a click
_VAD_FRAMES_LONG_PAUSE = round(0.6 * _VAD_FRAMES_PER_SECOND)  # longer pauses count as equal: the latest is taken
_EARLIEST_SPLIT = 0.4  # split at a pause only after this share of the maximum window length

# Mel frames are 10 ms.
_MEL_FRAMES_SILENCE = 100  # silence appended after the speech, at least; with less the decoder repeats itself
_MEL_FRAMES_STEP = 50  # lengths are rounded up to this, so that windows of one batch need little padding
# Minimum encoder frames of short windows: for models and languages measured in docs/explanation/engine.md, and for all
# others. With 400 more short recordings lose their last word (docs/explanation/accuracy.md#the-least-window-of-fast).
_MEL_FRAMES_MIN, _MEL_FRAMES_MIN_UNTESTED = 600, 1000
# A profile of whole windows gives 20 s instead of 30 to a window with at least 5 s of audio: it reads as well, for less
# time. With less audio it reads worse (docs/explanation/accuracy.md#the-least-window-of-accurate).
_MEL_FRAMES_LONG, _MEL_FRAMES_MIN_LONG = 500, 2000
_TESTED_MODELS, _TESTED_LANGUAGES = {"base"}, {"en", "de", "es"}
_LANGUAGES_LONG = _TESTED_LANGUAGES | {"fr"}


@dataclass(frozen=True)
class WindowSpan:
    """Position of a window in the stream, in samples at 16 kHz.

    Attributes:
        start: first sample.
        end: sample after the last.
        voiced: (start, end) of the regions of speech.
    """

    start: int
    end: int
    voiced: tuple[tuple[int, int], ...]


class Windower:
    """Groups the speech of one stream into windows as long as the profile allows, each returned once it is final."""

    def __init__(self, profile: Profile, begin: int = 0) -> None:
        """Start at the beginning of a stream; speech before the VAD frame `begin` is context, and gets no window.

        The context says where the window before ends, and how much audio before the first speech belongs to it.
        """
        self._begin, self._end = begin, math.inf  # VAD frames between which windows begin
        self._border: float = begin or math.inf  # the next of the two: a window ends there
        self._ends_at_next_speech = False  # the open window lies before the border
        self._margin = round(profile.margin_seconds * _VAD_FRAMES_PER_SECOND)
        self._max_inner_pause = round(profile.max_inner_pause_seconds * _VAD_FRAMES_PER_SECOND)
        self._short_window = round(profile.short_window_seconds * _VAD_FRAMES_PER_SECOND)
        self._max_short_window_pause = round(profile.max_short_window_pause_seconds * _VAD_FRAMES_PER_SECOND)
        self._max_frames = int(profile.max_window_seconds * _VAD_FRAMES_PER_SECOND) - 2 * self._margin
        self._next_frame = 0  # number of the VAD frame that is fed next
        self._regions: list[tuple[int, int]] = []  # regions of speech (VAD frames) in the open window
        self._region_start: int | None = None  # of the open region
        self._silence_start: int | None = None  # start of the silence that may end the open region
        self._history: list[float] = []  # probabilities since `_region_start`: where to split speech without a pause
        self._previous_end = 0  # VAD frame at which the previous window ended

    @property
    def consumed_samples(self) -> int:
        """Number of samples from the start of the stream that no later window needs."""
        first = (
            self._regions[0][0]
            if self._regions
            else self._region_start
            if self._region_start is not None
            else self._next_frame
        )
        return max(0, max(first - self._margin, self._previous_end)) * VAD_FRAME_SAMPLES

    def end_at(self, frame: int) -> None:
        """Let speech from a VAD frame on, which is not fed yet, be context."""
        self._end = frame
        if self._border > frame or self._border <= self._next_frame:
            self._border = frame

    def feed(self, probabilities: np.ndarray) -> list[WindowSpan]:
        """Add speech probabilities, shape (VAD frames,), in order; return the windows that are final."""
        spans: list[WindowSpan] = []
        for probability in probabilities.tolist():
            self._step(probability, spans)
            self._next_frame += 1
        return spans

    def finish(self, samples: int) -> list[WindowSpan]:
        """Return the last windows; `samples` is the length of the stream."""
        spans: list[WindowSpan] = []
        if self._region_start is not None:
            self._end_region(self._silence_start or self._next_frame, spans)
        # No speech follows that margins would have to be shared with: a shard ends in a pause.
        self._emit_window(spans, self._next_frame + self._margin)
        return [WindowSpan(s.start, min(s.end, samples), s.voiced) for s in spans if s.start < samples]

    def _step(self, probability: float, spans: list[WindowSpan]) -> None:
        if self._next_frame == self._border:
            self._cross_border(spans)
        if self._region_start is None:
            if probability >= SPEECH_ON:
                if self._ends_at_next_speech:
                    self._emit_window(spans, self._next_frame)
                self._region_start, self._silence_start, self._history = self._next_frame, None, [probability]
            elif self._regions and self._next_frame - self._regions[-1][1] > self._max_pause():
                self._emit_window(spans, self._next_frame)
            return
        self._history.append(probability)
        if probability >= SPEECH_ON:
            self._silence_start = None
        elif probability < SPEECH_OFF and self._silence_start is None:
            self._silence_start = self._next_frame
        if self._silence_start is not None and self._next_frame - self._silence_start >= _VAD_FRAMES_END_OF_SPEECH:
            self._end_region(self._silence_start, spans)
        elif self._regions and self._next_frame - self._regions[0][0] > self._max_frames:
            self._split_at_pause(self._region_start, spans)
        elif self._next_frame - self._region_start > self._max_frames:
            self._split_without_pause(spans)

    def _cross_border(self, spans: list[WindowSpan]) -> None:
        """End the open window at a border: in a pause, or in speech if there is no pause."""
        self._border = self._end if self._border < self._end else math.inf
        if self._region_start is not None and self._silence_start is not None:
            self._end_region(self._silence_start, spans)
        elif self._region_start is not None:
            self._regions.append((self._region_start, self._next_frame))
            self._region_start, self._history = self._next_frame, []
            self._emit_window(spans, self._next_frame)
        self._ends_at_next_speech = bool(self._regions)

    def _max_pause(self) -> int:
        """Return the longest pause that the open window may go on over: a short one is not worth an encoding."""
        is_short = self._regions[-1][1] - self._regions[0][0] < self._short_window
        return self._max_short_window_pause if is_short else self._max_inner_pause

    def _end_region(self, end: int, spans: list[WindowSpan]) -> None:
        assert self._region_start is not None
        start, self._region_start, self._silence_start, self._history = self._region_start, None, None, []
        if end - start < _VAD_FRAMES_MIN_SPEECH:
            return
        while self._regions and end - self._regions[0][0] > self._max_frames:
            self._split_at_pause(start, spans)
        self._regions.append((start, end))

    def _split_at_pause(self, next_start: int, spans: list[WindowSpan]) -> None:
        """Split the full window at its longest pause (ties: the latest), but not in its first 40 %.

        Speech after the pause starts the next window. A sentence that is split elsewhere is misrecognised on both
        sides.

        Args:
            next_start: VAD frame at which the region starts that does not fit.
            spans: final windows; the split one is appended.
        """
        starts = [start for start, _ in self._regions[1:]] + [next_start]
        earliest_split = self._regions[0][0] + _EARLIEST_SPLIT * self._max_frames
        pauses = [
            (min(start - end, _VAD_FRAMES_LONG_PAUSE), index)
            for index, ((_, end), start) in enumerate(zip(self._regions, starts, strict=True), 1)
            if end >= earliest_split or index == len(starts)
        ]
        split = max(pauses)[1]
        remaining = self._regions[split:]
        self._regions = self._regions[:split]
        self._emit_window(spans, starts[split - 1])
        self._regions = remaining

    def _split_without_pause(self, spans: list[WindowSpan]) -> None:
        """Split a region as long as a window where its probability is lowest, in the second half."""
        assert self._region_start is not None
        smoothed = np.convolve(self._history, np.ones(3) / 3, "same")
        half = len(smoothed) // 2
        # The last frames are left out: a rest that short would be dropped as a click.
        split = half + int(np.argmin(smoothed[half : -2 * _VAD_FRAMES_MIN_SPEECH]))
        self._regions.append((self._region_start, self._region_start + split))
        self._region_start, self._history = self._region_start + split, self._history[split:]
        self._silence_start = None
        self._emit_window(spans, self._region_start)

    def _emit_window(self, spans: list[WindowSpan], limit: int) -> None:
        """Append the open window to `spans`, with margins that reach at most half way to the next speech at `limit`."""
        if not self._regions:
            return
        first, last = self._regions[0][0], self._regions[-1][1]
        start = max(self._previous_end, first - self._margin)
        end = min(
            last + self._margin,
            max(last, (last + limit) // 2) if limit < last + 2 * self._margin else last + self._margin,
        )
        voiced = tuple((a * VAD_FRAME_SAMPLES, b * VAD_FRAME_SAMPLES) for a, b in self._regions)
        if self._begin <= first < self._end:
            spans.append(WindowSpan(start * VAD_FRAME_SAMPLES, end * VAD_FRAME_SAMPLES, voiced))
        self._regions, self._previous_end, self._ends_at_next_speech = [], end, False


def encoder_frames(content_frames: int, language: str | None, model: str, profile: Profile) -> int:
    """Compute how many mel frames the encoder gets for a window, silence after the speech included.

    Whisper was trained on audio padded with silence to 30 s: without silence after the speech the decoder goes on.
    The least safe length was measured for some languages and models; all others get ten seconds at least.

    Args:
        content_frames: mel frames of the window's audio.
        language: Whisper's code, or None while it is being detected.
        model: name of the model.
        profile: whether windows are whole.
    """
    frames = -(-(content_frames + _MEL_FRAMES_SILENCE) // _MEL_FRAMES_STEP) * _MEL_FRAMES_STEP
    tested_languages = _LANGUAGES_LONG if profile.whole_windows else _TESTED_LANGUAGES
    is_tested = model in _TESTED_MODELS and (language is None or language in tested_languages)
    if not profile.whole_windows:
        min_frames = _MEL_FRAMES_MIN if is_tested else _MEL_FRAMES_MIN_UNTESTED
    elif is_tested and language and content_frames >= _MEL_FRAMES_LONG:
        min_frames = _MEL_FRAMES_MIN_LONG
    else:  # also while the language is detected: one that was not tested would have to be encoded again
        min_frames = FULL_WINDOW_FRAMES
    return min(FULL_WINDOW_FRAMES, max(frames, min_frames))
