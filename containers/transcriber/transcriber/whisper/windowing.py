"""Windows: stretches of speech short enough for one pass of the model, cut where nobody speaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transcriber.audio.stream import SAMPLE_RATE
from transcriber.whisper.log_mel import FULL
from transcriber.whisper.voice_activity import FRAME

_SECOND = SAMPLE_RATE / FRAME  # frames a second

_SPEAKS, _STOPS = 0.5, 0.35  # probability at which speech begins, and under which it may end: Silero's own
_PAUSE = round(0.3 * _SECOND)  # frames of silence that end a stretch of speech
_SHORTEST = 3  # frames: 96 ms, less than any word
_MARGIN = round(0.3 * _SECOND)  # frames of what surrounds the speech that a window keeps on either side
_EARLY = 0.4  # of the longest window: before that no pause is worth ending it
_LONG_PAUSE = round(0.6 * _SECOND)  # frames: longer ones are alike, the last of them is taken
_GAP = round(1.5 * _SECOND)  # frames of silence that two stretches of one window may hold between them
_SILENCE = 100  # frames of silence behind the speech, at least
_STEP = 50  # frames: windows of one batch are padded to one length
_FLOOR, _FLOOR_UNTESTED = 400, 1000  # frames
_TESTED_MODELS, _TESTED_LANGUAGES = {"base"}, {"en", "de", "es"}


@dataclass(frozen=True)
class Span:
    """A window's place in the stretch, in samples; `voiced` are the parts where somebody speaks."""

    start: int
    end: int
    voiced: tuple[tuple[int, int], ...]


class Cutter:
    """Feed it probabilities in order; it gives spans of at most `longest` seconds as soon as each is certain."""

    def __init__(self, longest: float) -> None:
        self._longest = int(longest * _SECOND) - 2 * _MARGIN
        self._frame = 0  # the next to be fed
        self._window: list[tuple[int, int]] = []  # stretches of speech of the window that grows
        self._start: int | None = None  # of the stretch that grows
        self._quiet: int | None = None  # where the silence began that may end it
        self._history: list[float] = []  # probabilities since `_start`: where to cut speech that does not pause
        self._left = 0  # frame before which nothing may be taken: the end of the window before

    @property
    def settled(self) -> int:
        """Samples before this are never asked for again."""
        first = self._window[0][0] if self._window else self._start if self._start is not None else self._frame
        return max(0, max(first - _MARGIN, self._left)) * FRAME

    def feed(self, probabilities: np.ndarray) -> list[Span]:
        """Spans that are finished."""
        spans: list[Span] = []
        for probability in probabilities.tolist():
            self._step(probability, spans)
            self._frame += 1
        return spans

    def finish(self, samples: int) -> list[Span]:
        """The last spans; `samples` is the length of the audio."""
        spans: list[Span] = []
        if self._start is not None:
            self._end_stretch(self._quiet or self._frame, spans)
        self._close(spans, self._frame)
        return [Span(s.start, min(s.end, samples), s.voiced) for s in spans if s.start < samples]

    def _step(self, probability: float, spans: list[Span]) -> None:
        if self._start is None:
            if probability >= _SPEAKS:
                self._start, self._quiet, self._history = self._frame, None, [probability]
            elif self._window and self._frame - self._window[-1][1] > _GAP:
                self._close(spans, self._frame)
            return
        self._history.append(probability)
        if probability >= _SPEAKS:
            self._quiet = None
        elif probability < _STOPS and self._quiet is None:
            self._quiet = self._frame
        if self._quiet is not None and self._frame - self._quiet >= _PAUSE:
            self._end_stretch(self._quiet, spans)
        elif self._window and self._frame - self._window[0][0] > self._longest:
            self._part(self._start, spans)
        elif self._frame - self._start > self._longest:
            self._cut(spans)

    def _end_stretch(self, end: int, spans: list[Span]) -> None:
        assert self._start is not None
        start, self._start, self._quiet, self._history = self._start, None, None, []
        if end - start < _SHORTEST:
            return
        while self._window and end - self._window[0][0] > self._longest:
            self._part(start, spans)
        self._window.append((start, end))

    def _part(self, upcoming: int, spans: list[Span]) -> None:
        """The window is full: it ends at its longest pause, but not early on; what comes after begins the next.

        `upcoming` is where the stretch begins that has no room any more. A sentence that is torn apart is
        misheard on both sides.
        """
        starts = [start for start, _ in self._window[1:]] + [upcoming]
        early = self._window[0][0] + _EARLY * self._longest
        pauses = [
            (min(start - end, _LONG_PAUSE), place)
            for place, ((_, end), start) in enumerate(zip(self._window, starts, strict=True), 1)
            if end >= early or place == len(starts)
        ]
        at = max(pauses)[1]
        rest = self._window[at:]
        self._window = self._window[:at]
        self._close(spans, starts[at - 1])
        self._window = rest

    def _cut(self, spans: list[Span]) -> None:
        """Speech without a pause: cut where it is least like speech, not in the first half of the window."""
        assert self._start is not None
        smooth = np.convolve(self._history, np.ones(3) / 3, "same")
        half = len(smooth) // 2
        at = half + int(np.argmin(smooth[half : -2 * _SHORTEST]))  # what is left must not pass for a click
        self._window.append((self._start, self._start + at))
        self._start, self._history = self._start + at, self._history[at:]
        self._quiet = None
        self._close(spans, self._start)

    def _close(self, spans: list[Span], limit: int) -> None:
        """Give the window that grew; its margins go no further than half way to its neighbours."""
        if not self._window:
            return
        first, last = self._window[0][0], self._window[-1][1]
        start = max(self._left, first - _MARGIN)
        end = min(last + _MARGIN, max(last, (last + limit) // 2) if limit < last + 2 * _MARGIN else last + _MARGIN)
        voiced = tuple((a * FRAME, b * FRAME) for a, b in self._window)
        spans.append(Span(start * FRAME, end * FRAME, voiced))
        self._window, self._left = [], end


def encoder_frames(content: int, language: str | None, model: str) -> int:
    """Frames for the encoder, for `content` frames of audio: silence behind, in steps, and never too few.

    Whisper was trained on 30 s padded with silence: without any behind the speech it goes on talking. How little
    is safe was measured for some languages and models only; the others get ten seconds at least.
    """
    frames = -(-(content + _SILENCE) // _STEP) * _STEP
    tested = model in _TESTED_MODELS and (language is None or language in _TESTED_LANGUAGES)
    return min(FULL, max(frames, _FLOOR if tested else _FLOOR_UNTESTED))
