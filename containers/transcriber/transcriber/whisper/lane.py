"""A lane: takes batch after batch, and brings each window to its segments."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from events.shards import Segment, Word
from transcriber import languages
from transcriber.whisper import guard, language
from transcriber.whisper.batcher import Batcher
from transcriber.whisper.decoder import Decoder, Encoded, Request
from transcriber.whisper.features import FRAMES, FULL
from transcriber.whisper.guard import Hypothesis, Verdict
from transcriber.whisper.progress import Progress, Window
from transcriber.whisper.segments import Piece, split, unsaid
from transcriber.whisper.windows import encoder_frames
from transcriber.whisper.words import Timed, anchored

BEAM = 5  # where one path is not sure enough; Whisper's own


class Lane:
    """Runs in one thread; lanes share the batcher and the model."""

    def __init__(
        self, decoder: Decoder, batcher: Batcher[Window], floor: int, done: Callable[[Progress], None]
    ) -> None:
        """`floor`: least frames of an encoder window. `done` is told of every shard whose last window is done."""
        self._decoder, self._batcher, self._floor, self._done = decoder, batcher, floor, done

    def run(self) -> None:
        """Until the batcher is closed."""
        while batch := self._batcher.take():
            batch = [window for window in batch if window.progress.start()]
            if not batch:
                continue
            try:
                self._batch(batch)
            except Exception as error:
                self._alone(batch, error)

    def _alone(self, batch: list[Window], error: Exception) -> None:
        """A batch failed: its windows go one by one, so that only the one to blame fails."""
        if len({window.progress for window in batch}) == 1:
            batch[0].progress.fail(error)
            return
        for progress in {window.progress for window in batch}:
            own = [window for window in batch if window.progress is progress]
            try:
                self._batch(own)
            except Exception as poison:
                progress.fail(poison)

    def _batch(self, batch: list[Window]) -> None:
        began = time.monotonic()
        encoded = self._encode(batch)
        self._detect(batch, encoded)
        if batch[0].rung == 0:
            self._detect_again(batch, encoded)
        requests = [_request(window) for window in batch]
        said = self._decoder.generate(
            encoded,
            range(len(batch)),
            requests,
            beam=1 if batch[0].rung < 0 else BEAM,
            temperature=batch[0].temperature,
            most=None if batch[0].rung < 0 else 224,
        )
        verdicts = [_judge(window, hypothesis) for window, hypothesis in zip(batch, said, strict=True)]
        doubted = [i for i, verdict in enumerate(verdicts) if verdict is Verdict.DOUBT]
        if doubted:
            wider = self._decoder.generate(encoded, doubted, [requests[i] for i in doubted], beam=BEAM)
            for i, hypothesis in zip(doubted, wider, strict=True):
                said[i], verdicts[i] = hypothesis, _judge(batch[i], hypothesis)
                batch[i].progress.counts["widened"] += 1
        finished: list[tuple[Window, list[Segment]]] = []
        for i, window in enumerate(batch):
            window.progress.counts["windows"] += 1
            window.tried.append(said[i])
            if verdicts[i] is Verdict.REFUSE and window.climb():
                window.progress.counts["redone"] += 1
                self._batcher.put([window], first=True)
                continue
            finished.append((window, self._segments(window, encoded, i, requests[i])))
        share = (time.monotonic() - began) / len(batch)
        for window, segments in finished:
            if window.progress.closed(segments, share):
                self._done(window.progress)

    def _encode(self, batch: list[Window]) -> Encoded:
        frames = max(window.frames for window in batch)
        if frames < FULL:
            return self._decoder.encode([window.mel for window in batch], frames)
        rows: list[np.ndarray] = []
        for window in batch:
            if window.row is None:
                window.row = np.array(self._decoder.encode([window.mel], frames).pick([0]))[0]
            rows.append(window.row)
        return Encoded(rows)

    def _detect(self, batch: Sequence[Window], encoded: Encoded) -> None:
        """The shards in this batch whose language nobody gave: their voters are all in it."""
        asking = {window.progress for window in batch if window.progress.language is None}
        for progress in asking:
            voters = [i for i, window in enumerate(batch) if window.progress is progress]
            seconds = [batch[i].seconds for i in voters]
            ranking = language.vote(self._decoder.detect(encoded, voters), seconds)
            if ranking[0][1] < language.SURE and batch[0].frames < FULL:
                longest = max((batch[i] for i in voters), key=lambda window: window.seconds)
                ranking = self._decoder.detect(self._decoder.encode([longest.mel], FULL), [0])[0]
                progress.counts["language_asked_again"] += 1
            for parcel in progress.decided(*languages.choose(ranking, progress.shard.languages)):
                self._batcher.put(parcel)

    def _detect_again(self, batch: Sequence[Window], encoded: Encoded) -> None:
        """On the full window, for shards of one: it may have been refused for being in the wrong language."""
        for i, window in enumerate(batch):
            if window.progress.undecided:
                ranking = self._decoder.detect(encoded, [i])[0]
                window.progress.decided(*languages.choose(ranking, window.progress.shard.languages))

    def _segments(self, window: Window, encoded: Encoded, index: int, request: Request) -> list[Segment]:
        said = guard.best(window.tried) if window.rung >= 0 else window.tried[-1]
        window.row = None
        if guard.silent(said):
            window.progress.counts["dropped"] += 1
            return []
        pieces = split(said.tokens, self._decoder.timestamps, window.seconds)
        self._go_on(window, said)
        aligned: list[list[Timed]] = [[] for _ in pieces]
        if window.progress.shard.word_timestamps and pieces:
            frames = window.mel.shape[1]
            aligned = self._decoder.align(encoded, index, request, [piece.tokens for piece in pieces], frames)
        return [
            segment
            for piece, words in zip(pieces, aligned, strict=True)
            if (segment := self._segment(window, said, piece, words)).text
        ]

    def _segment(self, window: Window, said: Hypothesis, piece: Piece, words: list[Timed]) -> Segment:
        anchored(words, piece.start, piece.end, window.voiced)

        def moment(seconds: float) -> float:
            return round(window.start + min(max(seconds, 0.0), window.seconds), 3)

        return Segment(
            start=moment(words[0].start if words else piece.start),
            end=moment(words[-1].end if words else piece.end),
            text=self._decoder.text(piece.tokens).strip(),
            words=[
                Word(word.text.strip(), moment(word.start), moment(word.end), round(word.probability, 4))
                for word in words
                if word.text.strip()
            ],
            tokens=piece.tokens,
            temperature=said.temperature,
            avg_logprob=said.logprob,
            compression_ratio=said.compression,
            no_speech_prob=said.no_speech,
        )

    def _go_on(self, window: Window, said: Hypothesis) -> None:
        """What the model left unsaid becomes a window of its own."""
        at = unsaid(said.tokens, self._decoder.timestamps, window.voiced, window.seconds)
        if at is None:
            return
        mel = window.mel[:, round(at * FRAMES) :]
        voiced = tuple((max(0.0, start - at), end - at) for start, end in window.voiced if end > at)
        rest = Window(window.progress, window.start + at, mel, voiced, encoder_frames(mel.shape[1], self._floor))
        window.progress.counts["continued"] += 1
        window.progress.grown()
        self._batcher.put([rest], first=True)


def _request(window: Window) -> Request:
    progress = window.progress
    assert progress.language is not None
    return Request(progress.language, progress.shard.task, progress.before, window.seconds)


def _judge(window: Window, said: Hypothesis) -> Verdict:
    if window.rung < 0 and window.temperature == 0:
        return guard.judge(said, window.seconds)
    return Verdict.BELIEVE if guard.acceptable(said) else Verdict.REFUSE
