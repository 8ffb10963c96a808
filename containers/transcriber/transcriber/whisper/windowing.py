"""Windows: stretches of speech short enough for one pass of the model, cut where nobody speaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transcriber.audio.stream import RATE
from transcriber.whisper.log_mel import FULL_WINDOW_FRAMES
from transcriber.whisper.voice_activity import VAD_FRAME_SAMPLES

_VAD_FRAMES_PER_SECOND = RATE / VAD_FRAME_SAMPLES  # frames a second

_SPEECH_ON, _SPEECH_OFF = 0.5, 0.35  # probability at which speech begins, and under which it may end: Silero's own
_VAD_FRAMES_END_OF_SPEECH = round(0.3 * _VAD_FRAMES_PER_SECOND)  # frames of silence that end a stretch of speech
_VAD_FRAMES_MIN_SPEECH = 3  # frames: 96 ms, less than any word
_VAD_FRAMES_MARGIN = round(
    0.3 * _VAD_FRAMES_PER_SECOND
)  # frames of what surrounds the speech that a window keeps on either side
_EARLIEST_SPLIT = 0.4  # of the longest window: before that no pause is worth ending it
_VAD_FRAMES_LONG_PAUSE = round(0.6 * _VAD_FRAMES_PER_SECOND)  # frames: longer ones are alike, the last of them is taken
_VAD_FRAMES_MAX_INNER_PAUSE = round(
    1.5 * _VAD_FRAMES_PER_SECOND
)  # frames of silence that two stretches of one window may hold between them
_MEL_FRAMES_SILENCE = 100  # frames of silence behind the speech, at least
_MEL_FRAMES_STEP = 50  # frames: windows of one batch are padded to one length
_MEL_FRAMES_MIN, _MEL_FRAMES_MIN_UNTESTED = 400, 1000  # frames
_TESTED_MODELS, _TESTED_LANGUAGES = {"base"}, {"en", "de", "es"}


@dataclass(frozen=True)
class WindowSpan:
    """A window's place in the stretch, in samples; `voiced` are the parts where somebody speaks."""

    start: int
    end: int
    voiced: tuple[tuple[int, int], ...]


class Windower:
    """Feed it probabilities in order; it gives spans of at most `longest` seconds as soon as each is certain."""

    def __init__(self, max_seconds: float) -> None:
        self._max_frames = int(max_seconds * _VAD_FRAMES_PER_SECOND) - 2 * _VAD_FRAMES_MARGIN
        self._next_frame = 0  # the next to be fed
        self._regions: list[tuple[int, int]] = []  # stretches of speech of the window that grows
        self._region_start: int | None = None  # of the stretch that grows
        self._silence_start: int | None = None  # where the silence began that may end it
        self._history: list[float] = []  # probabilities since `_start`: where to cut speech that does not pause
        self._previous_end = 0  # frame before which nothing may be taken: the end of the window before

    @property
    def consumed_samples(self) -> int:
        """Samples before this are never asked for again."""
        first = (
            self._regions[0][0]
            if self._regions
            else self._region_start
            if self._region_start is not None
            else self._next_frame
        )
        return max(0, max(first - _VAD_FRAMES_MARGIN, self._previous_end)) * VAD_FRAME_SAMPLES

    def feed(self, probabilities: np.ndarray) -> list[WindowSpan]:
        """Spans that are finished."""
        spans: list[WindowSpan] = []
        for probability in probabilities.tolist():
            self._step(probability, spans)
            self._next_frame += 1
        return spans

    def finish(self, samples: int) -> list[WindowSpan]:
        """The last spans; `samples` is the length of the audio."""
        spans: list[WindowSpan] = []
        if self._region_start is not None:
            self._end_region(self._silence_start or self._next_frame, spans)
        self._emit_window(spans, self._next_frame)
        return [WindowSpan(s.start, min(s.end, samples), s.voiced) for s in spans if s.start < samples]

    def _step(self, probability: float, spans: list[WindowSpan]) -> None:
        if self._region_start is None:
            if probability >= _SPEECH_ON:
                self._region_start, self._silence_start, self._history = self._next_frame, None, [probability]
            elif self._regions and self._next_frame - self._regions[-1][1] > _VAD_FRAMES_MAX_INNER_PAUSE:
                self._emit_window(spans, self._next_frame)
            return
        self._history.append(probability)
        if probability >= _SPEECH_ON:
            self._silence_start = None
        elif probability < _SPEECH_OFF and self._silence_start is None:
            self._silence_start = self._next_frame
        if self._silence_start is not None and self._next_frame - self._silence_start >= _VAD_FRAMES_END_OF_SPEECH:
            self._end_region(self._silence_start, spans)
        elif self._regions and self._next_frame - self._regions[0][0] > self._max_frames:
            self._split_at_pause(self._region_start, spans)
        elif self._next_frame - self._region_start > self._max_frames:
            self._split_without_pause(spans)

    def _end_region(self, end: int, spans: list[WindowSpan]) -> None:
        assert self._region_start is not None
        start, self._region_start, self._silence_start, self._history = self._region_start, None, None, []
        if end - start < _VAD_FRAMES_MIN_SPEECH:
            return
        while self._regions and end - self._regions[0][0] > self._max_frames:
            self._split_at_pause(start, spans)
        self._regions.append((start, end))

    def _split_at_pause(self, next_start: int, spans: list[WindowSpan]) -> None:
        """The window is full: it ends at its longest pause, but not early on; what comes after begins the next.

        `upcoming` is where the stretch begins that has no room any more. A sentence that is torn apart is
        misheard on both sides.
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
        """Speech without a pause: cut where it is least like speech, not in the first half of the window."""
        assert self._region_start is not None
        smoothed = np.convolve(self._history, np.ones(3) / 3, "same")
        half = len(smoothed) // 2
        split = half + int(
            np.argmin(smoothed[half : -2 * _VAD_FRAMES_MIN_SPEECH])
        )  # what is left must not pass for a click
        self._regions.append((self._region_start, self._region_start + split))
        self._region_start, self._history = self._region_start + split, self._history[split:]
        self._silence_start = None
        self._emit_window(spans, self._region_start)

    def _emit_window(self, spans: list[WindowSpan], limit: int) -> None:
        """Give the window that grew; its margins go no further than half way to its neighbours."""
        if not self._regions:
            return
        first, last = self._regions[0][0], self._regions[-1][1]
        start = max(self._previous_end, first - _VAD_FRAMES_MARGIN)
        end = min(
            last + _VAD_FRAMES_MARGIN,
            max(last, (last + limit) // 2) if limit < last + 2 * _VAD_FRAMES_MARGIN else last + _VAD_FRAMES_MARGIN,
        )
        voiced = tuple((a * VAD_FRAME_SAMPLES, b * VAD_FRAME_SAMPLES) for a, b in self._regions)
        spans.append(WindowSpan(start * VAD_FRAME_SAMPLES, end * VAD_FRAME_SAMPLES, voiced))
        self._regions, self._previous_end = [], end


def encoder_frames(content_frames: int, language: str | None, model: str) -> int:
    """Frames for the encoder, for `content` frames of audio: silence behind, in steps, and never too few.

    Whisper was trained on 30 s padded with silence: without any behind the speech it goes on talking. How little
    is safe was measured for some languages and models only; the others get ten seconds at least.
    """
    frames = -(-(content_frames + _MEL_FRAMES_SILENCE) // _MEL_FRAMES_STEP) * _MEL_FRAMES_STEP
    is_tested = model in _TESTED_MODELS and (language is None or language in _TESTED_LANGUAGES)
    return min(FULL_WINDOW_FRAMES, max(frames, _MEL_FRAMES_MIN if is_tested else _MEL_FRAMES_MIN_UNTESTED))
