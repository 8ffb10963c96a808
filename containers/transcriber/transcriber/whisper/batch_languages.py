"""Languages of a batch: the vote for each shard's language, and windows that are spoken in another one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from earshot_contract.documents.engine_profile import EngineProfile
from transcriber.whisper import other_languages
from transcriber.whisper.batch_queue import BatchQueue
from transcriber.whisper.decoding.encoder_output import EncoderOutput
from transcriber.whisper.decoding.model import WhisperModel
from transcriber.whisper.decoding.quality_checks import Hypothesis
from transcriber.whisper.languages import language_choice, language_detection, language_stretches
from transcriber.whisper.languages.language_stretches import Part
from transcriber.whisper.shard_state import ShardState
from transcriber.whisper.window import Window
from transcriber.whisper.windows.log_mel import FULL_WINDOW_FRAMES
from transcriber.whisper.windows.profile import PROFILES
from transcriber.whisper.windows.windowing import encoder_frames

# Windows of one language have 0.98 and more, those of two 0.75 to 0.85 for the longer one (Whisper base).
_CLEAR_PROBABILITY = 0.95
# A window too short to change the language by detection alone is decoded in both if its own ranking is this sure:
# the better of two texts is a better judge.
_RIVAL_PROBABILITY = 0.5
# Ten seconds are enough to check a requested language, for less than half of the time of a whole window.
_CHECKED_FRAMES = 1000


class BatchLanguages:
    """Detects languages for the batch workers."""

    def __init__(self, model: WhisperModel, batch_queue: BatchQueue[Window]) -> None:
        """Create it; windows that waited for their shard's language are put into `batch_queue`."""
        self._model, self._batch_queue = model, batch_queue

    def detect(self, batch: Sequence[Window], encoder_output: EncoderOutput) -> dict[int, list[Window]]:
        """Detect the languages that a batch needs before it is decoded.

        Returns:
            By their positions in the batch, the windows that hold several languages, each split into its parts.
        """
        self._vote(batch, encoder_output)
        self._redetect_language(batch, encoder_output)
        return self._split(batch, encoder_output)

    def note_others(
        self, batch: Sequence[Window], encoder_output: EncoderOutput, hypotheses: dict[int, Hypothesis]
    ) -> None:
        """Note in the shard's state which other languages are heard than those that the windows are written in."""
        for i, text in hypotheses.items():
            window = batch[i]
            if other_languages.is_unknown(window, text):
                start, end = window.voiced[0][0], window.voiced[-1][1]
                window.shard_state.unknown_language.append((window.start + start, window.start + end))
            if code := other_languages.other_detected(window):
                window.shard_state.other_languages.add(code)
        if not self._model.multilingual:
            return
        unsure = [i for i, text in hypotheses.items() if other_languages.may_be_another(batch[i], text)]
        rankings = self._model.detect_language(encoder_output, unsure) if unsure else []
        # One window of each shard: its first, while several of them are in this batch.
        by_shard = {batch[i].shard_state: i for i in reversed(hypotheses) if other_languages.is_unchecked(batch[i])}
        unchecked = [i for i in by_shard.values() if i not in unsure]
        if unchecked:
            beginnings = encoder_output.beginnings(unchecked, _CHECKED_FRAMES)
            rankings += self._model.detect_language(beginnings, range(len(unchecked)))
        for i, ranking in zip([*unsure, *unchecked], rankings, strict=True):
            batch[i].shard_state.language_is_checked = True
            if code := other_languages.detected_other(ranking, batch[i].language):
                batch[i].shard_state.other_languages.add(code)

    def _vote(self, batch: Sequence[Window], encoder_output: EncoderOutput) -> None:
        """Detect the language of shards without one; all their voting windows are in this batch."""
        undetected = {window.shard_state for window in batch if window.shard_state.language is None}
        rankings = self._rankings(undetected, batch, encoder_output)
        low_confidence = {
            state for state, ranking in rankings.items() if ranking[0][1] < language_detection.MIN_CONFIDENCE
        }
        rankings |= self._rankings(low_confidence, batch, encoder_output, FULL_WINDOW_FRAMES)
        for state, ranking in rankings.items():
            state.counts["language_asked_again"] += state in low_confidence
            for group in _set_language(state, ranking, [window for window in batch if window.shard_state is state]):
                self._batch_queue.put(group)

    def _rankings(
        self,
        undetected: set[ShardState[Window]],
        batch: Sequence[Window],
        encoder_output: EncoderOutput,
        frames: int = 0,
    ) -> dict[ShardState[Window], list[tuple[str, float]]]:
        """Rank languages in one call: a decoder step for many windows costs little more than for one."""
        voters = [i for i, window in enumerate(batch) if window.shard_state in undetected]
        if not voters:
            return {}
        votes: dict[ShardState[Window], list[int]] = {}
        for position, i in enumerate(voters):
            votes.setdefault(batch[i].shard_state, []).append(position)
        results = self._model.detect_language(encoder_output, voters, frames)
        for i, ranking in zip(voters, results, strict=True):
            batch[i].language_ranking = ranking
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
            state = window.shard_state
            if window.longer_window and state.language_is_tentative:
                ranking = self._model.detect_language(encoder_output, [i], FULL_WINDOW_FRAMES)[0]
                _set_language(state, ranking, [window])

    def _split(self, batch: Sequence[Window], encoder_output: EncoderOutput) -> dict[int, list[Window]]:
        """Detect the language of each stretch of speech where the shard's language was not requested."""
        unchecked = [
            i
            for i, window in enumerate(batch)
            if window.language and window.shard_state.detects_language and not window.language_checked
        ]
        unranked = [i for i in unchecked if not batch[i].language_ranking]
        if unranked:
            for i, ranking in zip(unranked, self._model.detect_language(encoder_output, unranked), strict=True):
                batch[i].language_ranking = ranking
        split: dict[int, list[Window]] = {}
        for i in unchecked:
            window = batch[i]
            parts = self._language_parts(window)
            if len(parts) > 1:
                split[i] = _parts(window, parts)
                continue
            window.language_checked = True
            language, probability = language_choice.choose(window.language_ranking, window.shard_state.shard.languages)
            if parts and parts[0].language == window.language and probability >= _RIVAL_PROBABILITY:
                window.rival_language = language if language != window.language else None
            elif parts and parts[0].language != window.language:
                window.rival_language = parts[0].language
        return split

    def _language_parts(self, window: Window) -> list[Part]:
        """Return the parts of a window in several languages, one or none if its ranking leaves no doubt.

        The stretches are encoded anew: rows cut from the window's output are too often ranked wrongly. A window that is
        surely in one language may hold a few seconds of another: of its stretches the longest is not ranked again.
        """
        main, allowed = window.language, window.shard_state.shard.languages
        assert main is not None
        language, probability = language_choice.choose(window.language_ranking, allowed)
        is_clear = language == main and probability >= _CLEAR_PROBABILITY
        asks_clear_windows = window.shard_state.profile.checks_language and not window.doubtful
        if not window.voiced or (is_clear and not asks_clear_windows):
            return []
        if window.doubtful:  # too short for a ranking to be sure; both languages are decoded
            sure = language if probability >= _RIVAL_PROBABILITY else main
            return [Part(0.0, window.seconds, sure, window.language_ranking)]
        stretches = language_stretches.stretches_of(window.voiced)
        lengths = [end - start for start, end in stretches]
        rankings = [window.language_ranking] * len(stretches)
        unranked = list(range(len(stretches)))
        if is_clear or len(stretches) == 1:
            unranked.remove(lengths.index(max(lengths)))
        if not unranked and is_clear:
            return []
        alone = self._encoded_alone([window.part(*stretches[i], doubtful=True) for i in unranked])
        for i, ranking in zip(unranked, alone, strict=True):
            rankings[i] = ranking
        languages = language_stretches.assign(rankings, lengths, main, allowed)
        return language_stretches.joined(stretches, languages, rankings)

    def _encoded_alone(self, windows: Sequence[Window]) -> list[list[tuple[str, float]]]:
        """Rank the languages of windows, each encoded at its own length as in the fast profile."""
        if not windows:
            return []
        model, profile = windows[0].shard_state.shard.model, PROFILES[EngineProfile.FAST]
        frames = [encoder_frames(window.mel.shape[1], None, model, profile) for window in windows]
        encoder_output = self._model.encode([window.mel for window in windows], frames)
        return self._model.detect_language(encoder_output, range(len(windows)))


def _set_language(
    state: ShardState[Window], ranking: Sequence[tuple[str, float]], voters: Sequence[Window]
) -> list[list[Window]]:
    """Set a shard's detected language; the next one is noted on its only window where detection is unsure.

    With several windows in the vote each is compared with its own ranking instead (`_split`), and translations are as
    probable from any language.

    Returns:
        Groups of windows that waited for the language.
    """
    allowed = state.shard.languages
    language, probability = language_choice.choose(ranking, allowed)
    groups = state.set_language(language, probability)
    if state.language_is_tentative:
        voters[0].language_ranking = ranking
        unsure = probability < language_detection.UNSURE_PROBABILITY and state.shard.task == "transcribe"
        voters[0].runner_up_language = language_choice.runner_up(ranking, language, allowed) if unsure else None
    return groups


def _parts(window: Window, parts: Sequence[Part]) -> list[Window]:
    """Split a window in the middle of the pauses between its parts."""
    borders = [0.0, *((a.end + b.start) / 2 for a, b in pairwise(parts)), window.seconds]
    main, windows = window.language, []
    for (start, end), part in zip(pairwise(borders), parts, strict=True):
        own = window.part(start, end)
        own.language_checked, own.language_ranking = True, part.ranking
        own.rival_language = part.language if part.language != main else None
        windows.append(own)
    return windows
