"""Outcomes: a window's accepted hypothesis becomes segments and words, and windows of the speech it leaves out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain

from earshot_contract.documents.shard_results import Segment, Word
from transcriber.whisper import other_languages
from transcriber.whisper.decoding import keyterms, quality_checks
from transcriber.whisper.decoding.decode_request import DecodeRequest
from transcriber.whisper.decoding.encoder_output import EncoderOutput
from transcriber.whisper.decoding.model import BEAM, WhisperModel
from transcriber.whisper.decoding.quality_checks import Hypothesis
from transcriber.whisper.window import Window
from transcriber.whisper.words import speech_support
from transcriber.whisper.words.segment_cuts import first_words, split_at_regions, without_word_before
from transcriber.whisper.words.sentence_segments import split_at_sentences
from transcriber.whisper.words.stray_words import find_stray_words, is_written_in, move_out
from transcriber.whisper.words.timestamp_segments import (
    TokenSegment,
    keep_words_whole,
    resume_position,
    split_at_timestamps,
    without_repetition,
)
from transcriber.whisper.words.unwritten_speech import dropped_speech, stretches_without_words
from transcriber.whisper.words.word_alignment import AlignedWord, clamp_to_speech, give_length
from transcriber.whisper.words.word_fitting import fit_to_sound, fit_to_speech

_MAX_WORD_SECONDS = 1.0
_MIN_PROGRESS_SECONDS = 0.5


@dataclass(frozen=True)
class Outcome:
    """Result of a window whose hypothesis was accepted.

    Attributes:
        segments: segments of the window.
        remainders: windows of speech that the model did not transcribe.
        unwritten_speech: (start, end) of speech without words that is not decoded again, in seconds of the file.
    """

    segments: list[Segment]
    remainders: list[Window]
    unwritten_speech: list[tuple[float, float]]


class OutcomeMaker:
    """Makes outcomes with a model's alignment."""

    def __init__(self, model: WhisperModel) -> None:
        """Use `model` to align and to decode tokens to text."""
        self._model = model

    def make(
        self,
        batch: list[Window],
        candidates: dict[int, Hypothesis],
        repeated: set[int],
        encoder_output: EncoderOutput,
        requests: dict[int, DecodeRequest],
    ) -> dict[int, Outcome]:
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
        for i in to_align:
            if other := self._without_keyterms(batch[i], i, encoder_output, requests[i], with_speech[i], words[i]):
                with_speech[i] = other
                token_segments[i] = self._token_segments(batch[i], other)
                tokens = [segment.tokens for segment in token_segments[i]]
                frames = [batch[i].mel.shape[1]]
                words[i] = self._model.align(encoder_output, [i], [requests[i]], [tokens], frames)[0] if tokens else []
        outcomes = {i: Outcome([], [], _unwritten(batch[i], [], [])) for i in candidates if i not in repeated}
        for i, hypothesis in with_speech.items():
            aligned = words.get(i, [])
            if i not in repeated or self._was_uttered(batch[i], hypothesis, aligned):
                self._move_stray_words(batch[i], list(chain(*aligned)), requests[i])
                outcomes[i] = self._outcome(
                    batch[i], hypothesis, token_segments[i], aligned, was_repeated=i in repeated
                )
        return outcomes

    def _without_keyterms(
        self,
        window: Window,
        index: int,
        encoder_output: EncoderOutput,
        request: DecodeRequest,
        hypothesis: Hypothesis,
        words: list[list[AlignedWord]],
    ) -> Hypothesis | None:
        """Return another hypothesis where a keyterm is written that the audio does not say; else None."""
        shard = window.shard_state.shard
        if shard.task == "translate" or not keyterms.has_doubtful_term(list(chain(*words)), shard.hotwords):
            return None
        frames = window.mel.shape[1]
        return keyterms.hypothesis_without_keyterms(
            self._model, encoder_output, index, request, hypothesis, shard.prompt, frames
        )

    def _was_uttered(self, window: Window, hypothesis: Hypothesis, aligned: list[list[AlignedWord]]) -> bool:
        """Return whether a repetition was said: four rounds and more never count as said."""
        few_rounds = without_repetition(hypothesis.tokens, self._model.timestamp_begin) == hypothesis.tokens
        return few_rounds and speech_support.has_time_in_speech(list(chain(*aligned)), window.voiced)

    def _token_segments(
        self, window: Window, hypothesis: Hypothesis, *, keep_repetition: bool = False
    ) -> list[TokenSegment]:
        tokens = (
            hypothesis.tokens
            if keep_repetition or quality_checks.is_plausible_attempt(hypothesis, window.attempt.temperature)
            else without_repetition(hypothesis.tokens, self._model.timestamp_begin)
        )
        segments = split_at_timestamps(tokens, self._model.timestamp_begin, window.seconds)
        return keep_words_whole(segments, self._model.text)

    def _outcome(
        self,
        window: Window,
        hypothesis: Hypothesis,
        token_segments: list[TokenSegment],
        aligned: list[list[AlignedWord]],
        *,
        was_repeated: bool,
    ) -> Outcome:
        all_segments = without_word_before(list(zip(token_segments, aligned, strict=True)), window.word_before)
        words = list(chain(*(of_segment for _, of_segment in all_segments)))
        confident = hypothesis.avg_logprob >= quality_checks.MIN_AVG_LOGPROB_SHORT
        kept = speech_support.supported_words(words, window.voiced, confident=confident)
        # A text that loops at every temperature says nothing about what it leaves out; one that was said does.
        says_what_is_left = was_repeated or quality_checks.is_plausible(hypothesis)
        left_out = speech_support.uncovered_regions(words[:kept], window.voiced) if says_what_is_left else []
        with_words = first_words(all_segments, kept)
        if all(token < self._model.timestamp_begin for token in hypothesis.tokens):
            with_words = list(chain(*(split_at_sentences(*segment, window.voiced) for segment in with_words)))
        remainders = self._remainder_windows(window, hypothesis, left_out, words[:kept])
        with_words = split_at_regions(with_words, left_out)
        for token_segment, segment_words in with_words:
            clamp_to_speech(segment_words, token_segment.start, token_segment.end, window.voiced)
        fit_to_speech(words[:kept], window.voiced)
        fit_to_sound(words[:kept], window.mel)
        segments = [self._segment(window, hypothesis, *segment) for segment in with_words]
        written = words[:kept] if any(segment.text for segment in segments) else []
        unwritten = _unwritten(window, written, remainders)
        if kept < len(words) and not remainders:
            unwritten += [(window.start + a, window.start + b) for a, b in dropped_speech(words[:kept], window.voiced)]
        return Outcome([segment for segment in segments if segment.text], remainders, unwritten)

    def _move_stray_words(self, window: Window, words: list[AlignedWord], request: DecodeRequest) -> None:
        """Move words out of speech that the text leaves out, unless they are what is said there when decoded alone."""
        for stray in find_stray_words(words, window.voiced):
            alone = window.part(*window.voiced[stray.region], doubtful=True)
            output = self._model.encode([alone.mel], [alone.frames])
            request = replace(request, seconds=alone.seconds, timestamps=True)
            text = self._model.generate(output, [0], [request], beam=BEAM, patience=1.0)[0].text
            if not is_written_in(text, words[stray.first : stray.first + stray.count]):
                move_out(stray, words, window.voiced)

    def _segment(
        self, window: Window, hypothesis: Hypothesis, token_segment: TokenSegment, words: list[AlignedWord]
    ) -> Segment:
        give_length(words, window.seconds)

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
            language=window.own_language,
        )

    def _remainder_windows(
        self, window: Window, hypothesis: Hypothesis, left_out: list[tuple[float, float]], words: list[AlignedWord]
    ) -> list[Window]:
        """Make windows of the speech that the model did not transcribe: after its last timestamp, or without a word.

        A last timestamp before the end of the last word is wrong: decoding from there would write that word twice. A
        longer word was stretched over the speech that is left out.
        """
        position = resume_position(hypothesis.tokens, self._model.timestamp_begin, window.voiced, window.seconds)
        if position is not None and words and position < words[-1].end <= words[-1].start + _MAX_WORD_SECONDS:
            position = None
        if position is not None and speech_support.is_rest_of_amount(words, position, window.voiced):
            position = None
        windows = [] if position is None else [window.part(position, window.seconds)]
        limit = window.seconds if position is None else position
        parts = []
        for start, end in left_out:
            if end <= limit:
                parts.append(part := window.part(start, end, doubtful=True))
                if any(a < start < b for a, b in window.voiced):  # cut behind the last word, in speech
                    part.word_before = words[-1].text
        if window.doubtful:  # each time less speech, so that it ends
            parts = [part for part in parts if part.voiced_seconds <= window.voiced_seconds - _MIN_PROGRESS_SECONDS]
        return [*parts, *windows]


def _unwritten(window: Window, words: list[AlignedWord], remainders: list[Window]) -> list[tuple[float, float]]:
    """Return the speech without words, in seconds from the file's start.

    A translation has an order of words of its own: between them nothing need be missing.
    """
    if words and window.shard_state.shard.task == "translate":
        return []
    still_open = [(other.start - window.start, other.start - window.start + other.seconds) for other in remainders]
    stretches = stretches_without_words(words, window.voiced, still_open)
    return [(window.start + start, window.start + end) for start, end in stretches]


def _is_silence(window: Window, hypothesis: Hypothesis) -> bool:
    if window.doubtful and other_languages.is_unknown(window, hypothesis):
        return True
    return quality_checks.is_silence(hypothesis, window.voiced_seconds, doubtful=window.doubtful)
