"""Batch worker: runs batches of windows through the model, from log-mel features to segments."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from earshot_contract.shards import Segment, Word
from transcriber.whisper import language_choice, language_detection, quality_checks, speech_support
from transcriber.whisper.batch_queue import BatchQueue
from transcriber.whisper.encoder_output import EncoderOutput
from transcriber.whisper.fallback import FIRST_ATTEMPT
from transcriber.whisper.log_mel import FULL_WINDOW_FRAMES
from transcriber.whisper.model import DecodeRequest, WhisperModel
from transcriber.whisper.quality_checks import Hypothesis
from transcriber.whisper.shard_state import ShardState
from transcriber.whisper.timestamp_segments import (
    TokenSegment,
    keep_words_whole,
    resume_position,
    split_at_timestamps,
    without_repetition,
)
from transcriber.whisper.window import Window
from transcriber.whisper.word_alignment import AlignedWord, clamp_to_speech

_BEAM = 5  # beam size, OpenAI's default; 1 and 2 cost 2.2 and 0.8 points of WER on base


@dataclass(frozen=True)
class _Outcome:
    """Result of a window whose hypothesis was accepted."""

    segments: list[Segment]
    remainders: list[Window]  # speech that the model did not transcribe


class BatchWorker:
    """Runs in one thread; all batch workers share one batch queue and one model."""

    def __init__(
        self, model: WhisperModel, batch_queue: BatchQueue[Window], on_shard_done: Callable[[ShardState], None]
    ) -> None:
        """Create a worker; `on_shard_done` is called after the last window of each shard."""
        self._model, self._batch_queue, self._on_shard_done = model, batch_queue, on_shard_done

    def run(self) -> None:
        """Run batches until the queue is closed."""
        while batch := self._batch_queue.take():
            batch = [window for window in batch if window.shard_state.start()]
            if not batch:
                continue
            try:
                self._run_batch(batch)
            except Exception as error:
                self._retry_separately(batch, error)

    def _retry_separately(self, batch: list[Window], error: Exception) -> None:
        """Run the windows of a failed batch shard by shard, so that only the shard that causes the error fails."""
        if len({window.shard_state for window in batch}) == 1:
            batch[0].shard_state.fail(error)
            return
        for state in {window.shard_state for window in batch}:
            own_windows = [window for window in batch if window.shard_state is state]
            try:
                self._run_batch(own_windows)
            except Exception as own_error:
                state.fail(own_error)

    def _run_batch(self, batch: list[Window]) -> None:
        started = time.monotonic()
        encoder_output = self._encode(batch)
        self._detect_languages(batch, encoder_output)
        self._redetect_language(batch, encoder_output)
        # A language that is known only now may need a longer window.
        decodable = [i for i, window in enumerate(batch) if window.frames <= encoder_output.frames[i]]
        requests = {i: _request(batch[i]) for i in decodable}
        hypotheses: dict[int, Hypothesis] = {}
        if decodable:
            results = self._model.generate(
                encoder_output,
                decodable,
                list(requests.values()),
                beam=_BEAM,
                patience=batch[0].shard_state.profile.patience,
                temperature=batch[0].temperature,
            )
            hypotheses = dict(zip(decodable, results, strict=True))
        # Windows change only after the last call that may fail: those of a failed batch are run again.
        accepted = [
            i for i in decodable if _is_accepted(batch[i], hypotheses[i]) or not batch[i].next_attempt(hypotheses[i])
        ]
        repeated = [
            i for i in decodable if i not in accepted and quality_checks.is_rejected_for_repetition(hypotheses[i])
        ]
        candidates = {i: _best(batch[i], hypotheses[i]) for i in accepted} | {i: hypotheses[i] for i in repeated}
        outcomes = self._outcomes(batch, candidates, set(repeated), encoder_output, requests)
        share = (time.monotonic() - started) / len(batch)
        for i, window in enumerate(batch):
            if i in hypotheses:
                self._finish_window(window, hypotheses[i], outcomes.get(i), share)
            else:
                self._batch_queue.put([window], first=True)

    def _finish_window(self, window: Window, hypothesis: Hypothesis, outcome: _Outcome | None, share: float) -> None:
        state = window.shard_state
        state.counts["windows"] += 1
        if outcome is None:
            state.counts["redone"] += 1
            window.retry(hypothesis)
            self._batch_queue.put([window], first=True)
            return
        state.counts["dropped"] += not outcome.segments
        for remainder in outcome.remainders:
            state.counts["continued"] += 1
            state.continuation_added()
            self._batch_queue.put([remainder], first=True)
        if state.window_done(outcome.segments, share):
            self._on_shard_done(state)

    def _encode(self, batch: list[Window]) -> EncoderOutput:
        if batch[0].attempt == FIRST_ATTEMPT:
            return self._model.encode([window.mel for window in batch], [window.frames for window in batch])
        for window in batch:
            if window.encoder_output is None:
                window.encoder_output = self._model.encode([window.mel], [window.frames]).output(0)
        return EncoderOutput([window.encoder_output for window in batch if window.encoder_output is not None])

    def _detect_languages(self, batch: Sequence[Window], encoder_output: EncoderOutput) -> None:
        """Detect the language of shards without one; all their voting windows are in this batch."""
        undetected = {window.shard_state for window in batch if window.shard_state.language is None}
        rankings = self._rankings(undetected, batch, encoder_output)
        low_confidence = {
            state for state, ranking in rankings.items() if ranking[0][1] < language_detection.MIN_CONFIDENCE
        }
        rankings |= self._rankings(low_confidence, batch, encoder_output, FULL_WINDOW_FRAMES)
        for state, ranking in rankings.items():
            state.counts["language_asked_again"] += state in low_confidence
            for group in state.set_language(*language_choice.choose(ranking, state.shard.languages)):
                self._batch_queue.put(group)

    def _rankings(
        self, undetected: set[ShardState], batch: Sequence[Window], encoder_output: EncoderOutput, frames: int = 0
    ) -> dict[ShardState, list[tuple[str, float]]]:
        """Rank languages in one call: a decoder step for many windows costs little more than for one."""
        voters = [i for i, window in enumerate(batch) if window.shard_state in undetected]
        if not voters:
            return {}
        votes: dict[ShardState, list[int]] = {}
        for position, i in enumerate(voters):
            votes.setdefault(batch[i].shard_state, []).append(position)
        results = self._model.detect_language(encoder_output, voters, frames)
        return {
            state: language_detection.vote(
                [results[k] for k in positions], [batch[voters[k]].seconds for k in positions]
            )
            for state, positions in votes.items()
        }

    def _redetect_language(self, batch: Sequence[Window], encoder_output: EncoderOutput) -> None:
        """Detect the language again for single-window shards that are retried with more frames.

        The first attempt may have been rejected because the language was wrong.
        """
        for i, window in enumerate(batch):
            if window.longer_window and window.shard_state.language_is_tentative:
                ranking = self._model.detect_language(encoder_output, [i], FULL_WINDOW_FRAMES)[0]
                window.shard_state.set_language(*language_choice.choose(ranking, window.shard_state.shard.languages))

    def _outcomes(
        self,
        batch: list[Window],
        candidates: dict[int, Hypothesis],
        repeated: set[int],
        encoder_output: EncoderOutput,
        requests: dict[int, DecodeRequest],
    ) -> dict[int, _Outcome]:
        """Make the outcomes of accepted hypotheses, and of those in `repeated` whose repetition was spoken."""
        with_speech = {i: hypothesis for i, hypothesis in candidates.items() if not _is_silence(batch[i], hypothesis)}
        token_segments = {
            i: self._token_segments(batch[i], hypothesis, keep_repetition=i in repeated)
            for i, hypothesis in with_speech.items()
        }
        to_align = [i for i in with_speech if token_segments[i]]
        aligned_words = self._model.align(
            encoder_output,
            to_align,
            [requests[i] for i in to_align],
            [[segment.tokens for segment in token_segments[i]] for i in to_align],
            [batch[i].mel.shape[1] for i in to_align],
        )
        words = dict(zip(to_align, aligned_words, strict=True))
        outcomes = {i: _Outcome([], []) for i in candidates if i not in repeated}
        for i, hypothesis in with_speech.items():
            aligned = words.get(i, [])
            if i not in repeated or speech_support.is_spoken(list(chain(*aligned)), batch[i].voiced):
                outcomes[i] = self._make_outcome(batch[i], hypothesis, token_segments[i], aligned)
        return outcomes

    def _token_segments(
        self, window: Window, hypothesis: Hypothesis, *, keep_repetition: bool = False
    ) -> list[TokenSegment]:
        tokens = (
            hypothesis.tokens
            if keep_repetition or quality_checks.is_plausible(hypothesis)
            else without_repetition(hypothesis.tokens, self._model.timestamp_begin)
        )
        return keep_words_whole(
            split_at_timestamps(tokens, self._model.timestamp_begin, window.seconds), self._model.text
        )

    def _make_outcome(
        self,
        window: Window,
        hypothesis: Hypothesis,
        token_segments: list[TokenSegment],
        aligned: list[list[AlignedWord]],
    ) -> _Outcome:
        words = list(chain(*aligned))
        kept = speech_support.supported_words(words, window.voiced)
        left_out = speech_support.uncovered_regions(words[:kept], window.voiced)
        token_segments, aligned = _first_words(token_segments, aligned, kept)
        segments = [
            self._segment(window, hypothesis, token_segment, segment_words)
            for token_segment, segment_words in zip(token_segments, aligned, strict=True)
        ]
        return _Outcome(
            [segment for segment in segments if segment.text], self._remainder_windows(window, hypothesis, left_out)
        )

    def _segment(
        self, window: Window, hypothesis: Hypothesis, token_segment: TokenSegment, words: list[AlignedWord]
    ) -> Segment:
        clamp_to_speech(words, token_segment.start, token_segment.end, window.voiced)

        def file_time(seconds: float) -> float:
            return round(window.start + min(max(seconds, 0.0), window.seconds), 3)

        return Segment(
            start=file_time(words[0].start if words else token_segment.start),
            end=file_time(words[-1].end if words else token_segment.end),
            text=self._model.text(token_segment.tokens).strip(),
            words=[
                Word(word.text.strip(), file_time(word.start), file_time(word.end), round(word.probability, 4))
                for word in words
                if word.text.strip() and window.shard_state.shard.word_timestamps
            ],
            tokens=token_segment.tokens,
            temperature=hypothesis.temperature,
            avg_logprob=hypothesis.avg_logprob,
            compression_ratio=hypothesis.compression_ratio,
            no_speech_prob=hypothesis.no_speech_prob,
        )

    def _remainder_windows(
        self, window: Window, hypothesis: Hypothesis, left_out: list[tuple[float, float]]
    ) -> list[Window]:
        """Make windows of the speech that the model did not transcribe: after its last timestamp, or without a word."""
        position = resume_position(hypothesis.tokens, self._model.timestamp_begin, window.voiced, window.seconds)
        windows = [] if position is None else [window.part(position, window.seconds)]
        limit = window.seconds if position is None else position
        return [*(window.part(start, end, doubtful=True) for start, end in left_out if end <= limit), *windows]


def _best(window: Window, hypothesis: Hypothesis) -> Hypothesis:
    return quality_checks.best_hypothesis([*window.rejected, hypothesis])


def _is_silence(window: Window, hypothesis: Hypothesis) -> bool:
    return quality_checks.is_silence(hypothesis, window.voiced_seconds, doubtful=window.doubtful)


def _first_words(
    token_segments: list[TokenSegment], aligned: list[list[AlignedWord]], count: int
) -> tuple[list[TokenSegment], list[list[AlignedWord]]]:
    """Cut segments and their words after `count` words; segments without aligned words stay."""
    kept_segments, kept_words = [], []
    for segment, words in zip(token_segments, aligned, strict=True):
        kept = words[: max(0, count)]
        count -= len(words)
        if words and not kept:
            continue
        tokens = segment.tokens if len(kept) == len(words) else segment.tokens[: sum(word.tokens for word in kept)]
        kept_segments.append(replace(segment, tokens=tokens))
        kept_words.append(kept)
    return kept_segments, kept_words


def _request(window: Window) -> DecodeRequest:
    state = window.shard_state
    assert state.language is not None
    return DecodeRequest(state.language, state.shard.task, state.prompt_tokens, window.seconds)


def _is_accepted(window: Window, hypothesis: Hypothesis) -> bool:
    if window.frames == FULL_WINDOW_FRAMES:
        return quality_checks.is_plausible(hypothesis)
    return quality_checks.is_plausible_short_window(hypothesis, window.seconds, retried=window.attempt != FIRST_ATTEMPT)
