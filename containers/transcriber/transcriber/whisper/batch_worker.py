"""Batch worker: runs batches of windows through the model, from log-mel features to segments."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from transcriber.whisper.batch_languages import BatchLanguages
from transcriber.whisper.batch_queue import BatchQueue
from transcriber.whisper.decoding import quality_checks
from transcriber.whisper.decoding.decode_request import DecodeRequest
from transcriber.whisper.decoding.encoder_output import EncoderOutput
from transcriber.whisper.decoding.fallback import FIRST_ATTEMPT
from transcriber.whisper.decoding.model import BEAM, WhisperModel
from transcriber.whisper.decoding.quality_checks import Hypothesis
from transcriber.whisper.outcomes import Outcome, OutcomeMaker
from transcriber.whisper.shard_state import ShardState
from transcriber.whisper.window import Window
from transcriber.whisper.windows.log_mel import FULL_WINDOW_FRAMES

# The search ends when this share of the beams has: on short windows those that continue repeat themselves. Without
# timestamps, on whole windows, they are sometimes better.
_PATIENCE, _PATIENCE_WITHOUT_TIMESTAMPS = 0.4, 1.0


class BatchWorker:
    """Runs in one thread; all batch workers share one batch queue and one model."""

    def __init__(
        self, model: WhisperModel, batch_queue: BatchQueue[Window], on_shard_done: Callable[[ShardState[Window]], None]
    ) -> None:
        """Create a worker; `on_shard_done` is called after the last window of each shard."""
        self._model, self._batch_queue, self._on_shard_done = model, batch_queue, on_shard_done
        self._languages, self._outcomes = BatchLanguages(model, batch_queue), OutcomeMaker(model)

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
        split = self._languages.detect(batch, encoder_output)
        # A language that is known only now may need a longer window.
        decodable = [
            i for i, window in enumerate(batch) if window.frames <= encoder_output.frames[i] and i not in split
        ]
        requests = {i: _request(batch[i]) for i in decodable}
        hypotheses: dict[int, Hypothesis] = {}
        if decodable:
            hypotheses = self._decode(batch, requests, encoder_output)
            self._languages.note_others(batch, encoder_output, hypotheses)
        # Windows change only after the last call that may fail: those of a failed batch are run again.
        accepted = [
            i for i in decodable if _is_accepted(batch[i], hypotheses[i]) or not batch[i].next_attempt(hypotheses[i])
        ]
        repeated = [
            i for i in decodable if i not in accepted and quality_checks.is_rejected_for_repetition(hypotheses[i])
        ]
        candidates = {i: _best(batch[i], hypotheses[i]) for i in accepted} | {i: hypotheses[i] for i in repeated}
        outcomes = self._outcomes.make(batch, candidates, set(repeated), encoder_output, requests)
        share = (time.monotonic() - started) / len(batch)
        for window in batch:
            window.shard_state.add_model_seconds(share)
        for i, window in enumerate(batch):
            if i in hypotheses:
                if i not in outcomes:
                    window.retry(hypotheses[i], encoder_output.output(i))
                self._finish_window(window, outcomes.get(i))
            elif i in split:
                self._replace_window(window, split[i])
            else:
                self._batch_queue.put([window], first=True)

    def _decode(
        self, batch: Sequence[Window], requests: dict[int, DecodeRequest], encoder_output: EncoderOutput
    ) -> dict[int, Hypothesis]:
        """Decode windows; those with a rival language in both, and the better hypothesis settles the language.

        The runner-up of an unsure detection is a rival where the text is doubtful. `requests`, by the window's position
        in the batch, is changed where the rival is chosen.
        """
        for i in requests:
            # The advantage that a rival needs was measured with timestamps.
            requests[i] = replace(requests[i], timestamps=requests[i].timestamps or bool(batch[i].rival_language))
        rivals = {i: replace(requests[i], language=rival) for i in requests if (rival := batch[i].rival_language)}
        temperature = batch[0].temperature
        hypotheses = self._generate(encoder_output, requests, temperature)
        rivals |= {
            i: replace(requests[i], language=code)
            for i in requests.keys() - rivals.keys()
            if (code := batch[i].runner_up_language) and quality_checks.may_be_in_wrong_language(hypotheses[i])
        }
        for i, hypothesis in self._generate(encoder_output, rivals, temperature).items():
            window, language = batch[i], rivals[i].language
            probability = dict(window.language_ranking).get(language, 0.0)
            is_better = (
                quality_checks.is_better_in_rival_language(hypotheses[i], hypothesis, probability)
                if window.rival_language
                else quality_checks.is_better_in_runner_up_language(hypotheses[i], hypothesis)
            )
            if is_better:
                hypotheses[i], requests[i] = hypothesis, rivals[i]
                window.change_language(language, probability)
            window.rival_language = None
        return hypotheses

    def _generate(
        self, encoder_output: EncoderOutput, requests: dict[int, DecodeRequest], temperature: float
    ) -> dict[int, Hypothesis]:
        """Decode windows by their positions in the batch, with one call for each length of prompt."""
        hypotheses: dict[int, Hypothesis] = {}
        for timestamps, patience in ((True, _PATIENCE), (False, _PATIENCE_WITHOUT_TIMESTAMPS)):
            group = {i: request for i, request in requests.items() if request.timestamps is timestamps}
            if group:
                results = self._model.generate(
                    encoder_output,
                    list(group),
                    list(group.values()),
                    beam=BEAM,
                    patience=patience,
                    temperature=temperature,
                )
                hypotheses |= zip(group, results, strict=True)
        return hypotheses

    def _replace_window(self, window: Window, parts: list[Window]) -> None:
        """Put the parts of a window with several languages into its place."""
        state = window.shard_state
        state.counts["split_by_language"] += 1
        for part in parts:
            state.continuation_added()
            self._batch_queue.put([part], first=True)
        state.window_done([])

    def _finish_window(self, window: Window, outcome: Outcome | None) -> None:
        state = window.shard_state
        state.counts["windows"] += 1
        if outcome is None:
            state.counts["redone"] += 1
            self._batch_queue.put([window], first=True)
            return
        state.counts["dropped"] += not outcome.segments
        for remainder in outcome.remainders:
            state.counts["continued"] += 1
            state.continuation_added()
            self._batch_queue.put([remainder], first=True)
        if state.window_done(outcome.segments, outcome.unwritten_speech):
            self._on_shard_done(state)

    def _encode(self, batch: list[Window]) -> EncoderOutput:
        encoded = [window.encoder_output for window in batch if window.encoder_output is not None]
        if encoded:  # then all are: it is part of their key
            return EncoderOutput(encoded)
        return self._model.encode([window.mel for window in batch], [window.frames for window in batch])


def _best(window: Window, hypothesis: Hypothesis) -> Hypothesis:
    return quality_checks.best_hypothesis([*window.rejected, hypothesis])


def _request(window: Window) -> DecodeRequest:
    state, language = window.shard_state, window.language
    assert language is not None
    return DecodeRequest(language, state.shard.task, state.prompt_tokens, window.seconds, window.timestamps)


def _is_accepted(window: Window, hypothesis: Hypothesis) -> bool:
    if window.frames == FULL_WINDOW_FRAMES:
        plausible = quality_checks.is_plausible_attempt(hypothesis, window.attempt.temperature)
        # Without timestamps the search more often writes a sentence twice.
        return plausible and (window.timestamps or not quality_checks.has_repetition(hypothesis.text))
    return quality_checks.is_plausible_short_window(hypothesis, window.seconds, retried=window.attempt != FIRST_ATTEMPT)
