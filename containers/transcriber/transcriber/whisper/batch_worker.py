"""A lane: takes batch after batch, and brings each window to its segments."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from earshot_contract.shards import Segment, Word
from transcriber.whisper import language_choice, language_detection, quality_checks
from transcriber.whisper.batch_queue import Batcher
from transcriber.whisper.encoder_output import Encoded
from transcriber.whisper.fallback import FIRST
from transcriber.whisper.log_mel import FRAMES, FULL
from transcriber.whisper.model import Decoder, Request
from transcriber.whisper.quality_checks import Hypothesis
from transcriber.whisper.shard_state import Progress, Window
from transcriber.whisper.timestamp_segments import Piece, split, unlooped, unsaid
from transcriber.whisper.word_alignment import Timed, anchored

_BEAM = 5  # Whisper's own; 1 and 2 cost 2.2 and 0.8 points of WER on base


@dataclass(frozen=True)
class _Outcome:
    """Of a window whose hypothesis stands."""

    segments: list[Segment]
    rest: Window | None  # what the model left unsaid


class Lane:
    """Runs in one thread; lanes share the batcher and the model."""

    def __init__(self, decoder: Decoder, batcher: Batcher[Window], done: Callable[[Progress], None]) -> None:
        """`done` is told of every shard whose last window is done."""
        self._decoder, self._batcher, self._done = decoder, batcher, done

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
        self._detect_again(batch, encoded)
        # The language, now known, may want a longer window.
        fit = [i for i, window in enumerate(batch) if window.frames <= encoded.frames[i]]
        requests = {i: _request(batch[i]) for i in fit}
        said: dict[int, Hypothesis] = {}
        if fit:
            found = self._decoder.generate(
                encoded, fit, list(requests.values()), beam=_BEAM, temperature=batch[0].temperature
            )
            said = dict(zip(fit, found, strict=True))
        # Everything that may fail comes first: a batch that failed is run again, so nothing may have changed yet.
        believed = [i for i in fit if _believed(batch[i], said[i]) or not batch[i].above(said[i])]
        outcomes = self._outcomes(batch, {i: said[i] for i in believed}, encoded, requests)
        share = (time.monotonic() - began) / len(batch)
        for i, window in enumerate(batch):
            if i in said:
                self._settle(window, said[i], outcomes.get(i), share)
            else:
                self._batcher.put([window], first=True)

    def _settle(self, window: Window, said: Hypothesis, outcome: _Outcome | None, share: float) -> None:
        progress = window.progress
        progress.counts["windows"] += 1
        if outcome is None:
            progress.counts["redone"] += 1
            window.climb(said)
            self._batcher.put([window], first=True)
            return
        progress.counts["dropped"] += not outcome.segments
        if outcome.rest:
            progress.counts["continued"] += 1
            progress.grown()
            self._batcher.put([outcome.rest], first=True)
        if progress.closed(outcome.segments, share):
            self._done(progress)

    def _encode(self, batch: list[Window]) -> Encoded:
        if batch[0].rung == FIRST:
            return self._decoder.encode([window.mel for window in batch], [window.frames for window in batch])
        for window in batch:
            if window.row is None:
                window.row = self._decoder.encode([window.mel], [window.frames]).row(0)
        return Encoded([window.row for window in batch if window.row is not None])

    def _detect(self, batch: Sequence[Window], encoded: Encoded) -> None:
        """The shards in this batch whose language nobody gave: their voters are all in it."""
        asking = {window.progress for window in batch if window.progress.language is None}
        rankings = self._rankings(asking, batch, encoded)
        unsure = {progress for progress, ranking in rankings.items() if ranking[0][1] < language_detection.SURE}
        rankings |= self._rankings(unsure, batch, encoded, FULL)
        for progress, ranking in rankings.items():
            progress.counts["language_asked_again"] += progress in unsure
            for parcel in progress.decided(*language_choice.choose(ranking, progress.shard.languages)):
                self._batcher.put(parcel)

    def _rankings(
        self, asking: set[Progress], batch: Sequence[Window], encoded: Encoded, frames: int = 0
    ) -> dict[Progress, list[tuple[str, float]]]:
        """All in one call: a step of the decoder for many costs little more than for one."""
        voters = [i for i, window in enumerate(batch) if window.progress in asking]
        if not voters:
            return {}
        votes: dict[Progress, list[int]] = {}
        for place, i in enumerate(voters):
            votes.setdefault(batch[i].progress, []).append(place)
        found = self._decoder.detect(encoded, voters, frames)
        return {
            progress: language_detection.vote([found[k] for k in own], [batch[voters[k]].seconds for k in own])
            for progress, own in votes.items()
        }

    def _detect_again(self, batch: Sequence[Window], encoded: Encoded) -> None:
        """Where a longer window is tried, in shards of one: it may have been refused for the wrong language."""
        for i, window in enumerate(batch):
            if window.widened and window.progress.undecided:
                ranking = self._decoder.detect(encoded, [i], FULL)[0]
                window.progress.decided(*language_choice.choose(ranking, window.progress.shard.languages))

    def _outcomes(
        self, batch: list[Window], believed: dict[int, Hypothesis], encoded: Encoded, requests: dict[int, Request]
    ) -> dict[int, _Outcome]:
        best = {i: quality_checks.best([*batch[i].tried, said]) for i, said in believed.items()}
        heard = {i: said for i, said in best.items() if not quality_checks.silent(said)}
        pieces = {i: self._pieces(batch[i], said) for i, said in heard.items()}
        timing = [i for i in heard if pieces[i] and batch[i].progress.shard.word_timestamps]
        timed = self._decoder.align(
            encoded,
            timing,
            [requests[i] for i in timing],
            [[piece.tokens for piece in pieces[i]] for i in timing],
            [batch[i].mel.shape[1] for i in timing],
        )
        words = dict(zip(timing, timed, strict=True))
        return {i: _Outcome([], None) for i in best} | {
            i: self._outcome(batch[i], said, pieces[i], words.get(i, [[] for _ in pieces[i]]))
            for i, said in heard.items()
        }

    def _pieces(self, window: Window, said: Hypothesis) -> list[Piece]:
        tokens = said.tokens if quality_checks.straight(said) else unlooped(said.tokens, self._decoder.timestamps)
        return split(tokens, self._decoder.timestamps, window.seconds)

    def _outcome(self, window: Window, said: Hypothesis, pieces: list[Piece], aligned: list[list[Timed]]) -> _Outcome:
        segments = [self._segment(window, said, piece, words) for piece, words in zip(pieces, aligned, strict=True)]
        return _Outcome([segment for segment in segments if segment.text], self._rest(window, said))

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

    def _rest(self, window: Window, said: Hypothesis) -> Window | None:
        """What the model left unsaid becomes a window of its own."""
        at = unsaid(said.tokens, self._decoder.timestamps, window.voiced, window.seconds)
        if at is None:
            return None
        mel = window.mel[:, round(at * FRAMES) :]
        voiced = tuple((max(0.0, start - at), end - at) for start, end in window.voiced if end > at)
        return Window(window.progress, window.start + at, mel, voiced)


def _request(window: Window) -> Request:
    progress = window.progress
    assert progress.language is not None
    return Request(progress.language, progress.shard.task, progress.before, window.seconds)


def _believed(window: Window, said: Hypothesis) -> bool:
    if window.frames == FULL:
        return quality_checks.straight(said)
    return quality_checks.safe(said, window.seconds, guessing=window.rung != FIRST)
