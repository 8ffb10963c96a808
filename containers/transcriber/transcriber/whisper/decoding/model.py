"""Whisper model: ctranslate2's four calls (encode, detect language, generate, align) on batches of windows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import tokenizers
from ctranslate2 import StorageView
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens

from transcriber.hardware import EngineSettings
from transcriber.whisper.decoding import quality_checks
from transcriber.whisper.decoding.decode_request import DecodeRequest
from transcriber.whisper.decoding.encoder_output import EncoderOutput
from transcriber.whisper.decoding.quality_checks import Hypothesis
from transcriber.whisper.windows.log_mel import pad_with_silence
from transcriber.whisper.words.timestamp_segments import before_end_of_audio
from transcriber.whisper.words.word_alignment import AlignedWord, align_words, alignment_groups, words_by_segment

_MAX_INITIAL_TIMESTAMP = 50  # timestamp tokens of 20 ms: the first segment starts within the first second
BEAM = 5  # beam size, OpenAI's default; 1 and 2 cost 2.2 and 0.8 points of WER on base
_BEST_OF = 5  # samples at a temperature above 0, OpenAI's default
_MAX_PROMPT_TOKENS = 223  # half of the decoder's positions, minus the start-of-previous-text token
_DECODER_POSITIONS = 448  # most tokens of prompt and text


class WhisperModel:
    """A loaded model. As many threads as there are batch workers may call it at once, each on its own replica."""

    def __init__(self, directory: Path, settings: EngineSettings) -> None:
        """Load the model from its folder; errors of ctranslate2 are passed on."""
        self._model = ctranslate2.models.Whisper(
            str(directory),
            device=settings.device,
            compute_type=settings.compute_type,
            inter_threads=settings.batch_workers,
            intra_threads=settings.threads,
        )
        self._vocabulary = tokenizers.Tokenizer.from_file(str(directory / "tokenizer.json"))
        self.multilingual: bool = self._model.is_multilingual
        self.device: str = self._model.device
        self.compute_type: str = self._model.compute_type
        self.tokenizer = lru_cache(maxsize=None)(self._make_tokenizer)
        english = self.tokenizer("en", "transcribe")
        self.timestamp_begin: int = english.timestamp_begin
        self._suppressed = list(get_suppressed_tokens(english, [-1]) or ())

    def supports_language(self, language: str) -> bool:
        """Return whether the model has a token for Whisper's code `language`."""
        return self._vocabulary.token_to_id(f"<|{language}|>") is not None

    def prompt_tokens(self, prompt: str | None, hotwords: str | None) -> tuple[int, ...]:
        """Tokenize hotwords and prompt, in this order; only the last 223 tokens are kept."""
        english = self.tokenizer("en", "transcribe")
        texts = [f" {text.strip()}" for text in (hotwords, prompt) if text and text.strip()]
        return tuple([token for text in texts for token in english.encode(text)][-_MAX_PROMPT_TOKENS:])

    def encode(self, mels: Sequence[np.ndarray], frames: Sequence[int]) -> EncoderOutput:
        """Encode windows.

        Args:
            mels: per window, log-mel features of shape (mels, frames).
            frames: per window, mel frames to pad it to. On a GPU all are padded to the largest.
        """
        if self.device == "cuda":
            return EncoderOutput(view=self._model.encode(_batch_view(mels, max(frames))))
        # One window a call: on a CPU a batch overflows the caches (up to twice the time).
        results = [
            self._model.encode(_batch_view([mel], own_frames)) for mel, own_frames in zip(mels, frames, strict=True)
        ]
        return EncoderOutput([np.array(view)[0] for view in results])

    def detect_language(
        self, encoder_output: EncoderOutput, indices: Sequence[int], frames: int = 0
    ) -> list[list[tuple[str, float]]]:
        """Rank the languages of windows.

        Args:
            encoder_output: the encoder's output for the batch.
            indices: windows of the batch.
            frames: minimum number of mel frames; shorter outputs are padded with silence.

        Returns:
            Per window, (language code, probability), most probable first.
        """
        # On a GPU one decoder step for the whole batch is cheaper than copying a part of it to the host.
        whole_batch = self.device == "cuda" and not frames
        results = self._model.detect_language(
            encoder_output.select(range(len(encoder_output.frames)) if whole_batch else indices, frames)
        )
        selected = [results[index] for index in indices] if whole_batch else results
        return [[(token[2:-2], float(p)) for token, p in ranking] for ranking in selected]

    def generate(
        self,
        encoder_output: EncoderOutput,
        indices: Sequence[int],
        requests: Sequence[DecodeRequest],
        *,
        beam: int,
        patience: float,
        temperature: float = 0.0,
    ) -> list[Hypothesis]:
        """Decode windows.

        Args:
            encoder_output: the encoder's output for the batch.
            indices: windows of the batch.
            requests: one for each of `indices`.
            beam: beam size at temperature 0.
            patience: the beam search ends when this share of the beams has.
            temperature: 0 for beam search, otherwise the best of five samples.

        Returns:
            One hypothesis for each of `indices`.
        """
        max_tokens = quality_checks.max_tokens(max(request.seconds for request in requests))
        prompts = [self._prompt(request) for request in requests]
        search: dict[str, Any] = (
            {"beam_size": 1, "num_hypotheses": _BEST_OF, "sampling_topk": 0, "sampling_temperature": temperature}
            if temperature > 0
            else {"beam_size": beam, "patience": patience}
        )
        results = self._model.generate(
            encoder_output.select(indices),
            prompts,
            # ctranslate2 halves this number and subtracts the prompt.
            max_length=min(_DECODER_POSITIONS, max(2 * max_tokens, max_tokens + len(prompts[0]))),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=self._suppressed,
            max_initial_timestamp_index=_MAX_INITIAL_TIMESTAMP,
            **search,
        )
        return [
            self._hypothesis(result, request, temperature, max_tokens)
            for result, request in zip(results, requests, strict=True)
        ]

    def align(
        self,
        encoder_output: EncoderOutput,
        indices: Sequence[int],
        requests: Sequence[DecodeRequest],
        segment_tokens: Sequence[Sequence[list[int]]],
        frames: Sequence[int],
    ) -> list[list[list[AlignedWord]]]:
        """Align the text tokens of windows with their audio.

        Args:
            encoder_output: the encoder's output for the batch.
            indices: windows of the batch.
            requests: one for each of `indices`.
            segment_tokens: per window, the text tokens of each segment, in order.
            frames: per window, mel frames of its audio, without padding.

        Returns:
            Per window and segment, its words.
        """
        aligned: list[list[list[AlignedWord]]] = [[] for _ in indices]
        for group in alignment_groups([(r.language, r.task) for r in requests], self.device):
            tokenizer = self.tokenizer(requests[group[0]].language, requests[group[0]].task)
            tokens = {position: [token for text in segment_tokens[position] for token in text] for position in group}
            results = self._model.align(
                encoder_output.select([indices[position] for position in group]),
                tokenizer.sot_sequence,
                list(tokens.values()),
                [frames[position] for position in group],
            )
            for position, result in zip(group, results, strict=True):
                words = align_words(tokenizer, tokens[position], result.alignments, result.text_token_probs)
                aligned[position] = words_by_segment(words, [len(text) for text in segment_tokens[position]])
        return aligned

    def log_likelihood(
        self, encoder_output: EncoderOutput, index: int, request: DecodeRequest, tokens: list[int], frames: int
    ) -> float:
        """Return how probable the text of a window is, without a prompt: the logarithm of its tokens' probabilities.

        Args:
            encoder_output: the encoder's output for the batch.
            index: the window in the batch.
            request: its language and task; its prompt does not count.
            tokens: tokens of the text; timestamps are left out.
            frames: mel frames of its audio, without padding.
        """
        text = [token for token in tokens if token < self.timestamp_begin]
        start = self.tokenizer(request.language, request.task).sot_sequence
        result = self._model.align(encoder_output.select([index]), start, [text], [frames])[0]
        return float(np.log(np.maximum(result.text_token_probs, 1e-9)).sum())

    def text(self, tokens: Sequence[int]) -> str:
        """Decode tokens to text; timestamp tokens are left out."""
        return str(self._vocabulary.decode([token for token in tokens if token < self.timestamp_begin]))

    def unload(self) -> None:
        """Free the model's memory."""
        self._model.unload_model()

    def _make_tokenizer(self, language: str, task: str) -> Tokenizer:
        return Tokenizer(self._vocabulary, self.multilingual, task=task, language=language)

    def _prompt(self, request: DecodeRequest) -> list[int]:
        tokenizer = self.tokenizer(request.language, request.task)
        prompt_tokens = [tokenizer.sot_prev, *request.prompt_tokens] if request.prompt_tokens else []
        no_timestamps = [] if request.timestamps else [tokenizer.no_timestamps]
        return [*prompt_tokens, *tokenizer.sot_sequence, *no_timestamps]

    def _hypothesis(self, result: Any, request: DecodeRequest, temperature: float, max_tokens: int) -> Hypothesis:
        """Choose among the results of a search or of five samples: the most probable sample often repeats itself."""
        candidates = [
            self._parse(list(output_tokens), score, result.no_speech_prob, request, temperature, max_tokens)
            for output_tokens, score in zip(result.sequences_ids, result.scores, strict=True)
        ]
        return quality_checks.best_hypothesis(candidates)

    def _parse(
        self,
        output_tokens: list[int],
        score: float,
        no_speech_prob: float,
        request: DecodeRequest,
        temperature: float,
        max_tokens: int,
    ) -> Hypothesis:
        tokens = before_end_of_audio(output_tokens, self.timestamp_begin, request.seconds)
        text = self.text(tokens).strip()
        return Hypothesis(
            tokens=tokens,
            text=text,
            avg_logprob=score * len(output_tokens) / (len(output_tokens) + 1),
            no_speech_prob=no_speech_prob,
            compression_ratio=quality_checks.compression_ratio(text),
            temperature=temperature,
            text_tokens=sum(token < self.timestamp_begin for token in tokens),
            hit_token_limit=len(output_tokens) >= max_tokens and len(tokens) == len(output_tokens),
        )


def _batch_view(mels: Sequence[np.ndarray], frames: int) -> StorageView:
    return StorageView.from_array(
        np.stack([pad_with_silence(mel, frames) for mel in mels]).astype(np.float32, copy=False)
    )
