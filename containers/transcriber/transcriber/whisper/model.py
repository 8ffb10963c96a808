"""The decoder: the model's four calls (encode, detect, generate, align) on windows, and nothing of jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import tokenizers
from ctranslate2 import StorageView
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens

from transcriber.hardware import Settings
from transcriber.whisper import quality_checks
from transcriber.whisper.encoder_output import EncoderOutput
from transcriber.whisper.log_mel import pad_with_silence
from transcriber.whisper.quality_checks import Hypothesis
from transcriber.whisper.timestamp_segments import before_end_of_audio
from transcriber.whisper.word_alignment import AlignedWord, align_words

_MAX_INITIAL_TIMESTAMP = 50  # ticks of 20 ms: speech begins in a window's first second
# A search ends when so many of its beams have: the others are longer, and on short windows longer is a loop.
# Two of five instead of five: WER 12.3 instead of 13.3, and a sixth of the time saved (ENGINE.md).
_PATIENCE = 0.4
_BEST_OF = 5  # samples a temperature above zero draws, as OpenAI's
_MAX_PROMPT_TOKENS = 223  # half of the decoder's positions, less the start of the previous text
_DECODER_POSITIONS = 448  # of the decoder


@dataclass(frozen=True)
class DecodeRequest:
    """How one window is to be decoded. All of a batch have the same number of prompt tokens."""

    language: str
    task: str  # transcribe | translate
    prompt_tokens: tuple[int, ...]  # tokens of prompt and hotwords
    seconds: float


class WhisperModel:
    """Calls may come from as many threads as `settings.lanes`; each then has a replica of its own."""

    def __init__(self, directory: Path, settings: Settings) -> None:
        """Raises what ctranslate2 raises when it cannot load the model."""
        self._model = ctranslate2.models.Whisper(
            str(directory),
            device=settings.device,
            compute_type=settings.compute_type,
            inter_threads=settings.lanes,
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
        """Whether the model has a token for Whisper's code `language`."""
        return self._vocabulary.token_to_id(f"<|{language}|>") is not None

    def prompt_tokens(self, prompt: str | None, hotwords: str | None) -> tuple[int, ...]:
        """Tokens that precede the audio: what to listen for, then the end of the text that came before."""
        english = self.tokenizer("en", "transcribe")
        texts = [f" {text.strip()}" for text in (hotwords, prompt) if text and text.strip()]
        return tuple([token for text in texts for token in english.encode(text)][-_MAX_PROMPT_TOKENS:])

    def encode(self, mels: Sequence[np.ndarray], frames: Sequence[int]) -> EncoderOutput:
        """`mels[i]` padded to `frames[i]`, or on a GPU all to the longest."""
        if self.device == "cuda":
            return EncoderOutput(view=self._model.encode(_batch_view(mels, max(frames))))
        # One after the other: on a CPU a batch of encoders only overflows the caches (up to twice the time).
        results = [
            self._model.encode(_batch_view([mel], own_frames)) for mel, own_frames in zip(mels, frames, strict=True)
        ]
        return EncoderOutput([np.array(view)[0] for view in results])

    def detect_language(
        self, encoder_output: EncoderOutput, indices: Sequence[int], frames: int = 0
    ) -> list[list[tuple[str, float]]]:
        """For each window, with silence up to `frames`, the languages and their probabilities, likeliest first."""
        # On a GPU a step for all of a batch is nothing beside bringing some of it over here.
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
        temperature: float = 0.0,
    ) -> list[Hypothesis]:
        """Decode windows `indices`; `requests[i]` belongs to `indices[i]`."""
        max_tokens = quality_checks.max_tokens(max(request.seconds for request in requests))
        prompts = [self._prompt(request) for request in requests]
        search: dict[str, Any] = (
            {"beam_size": 1, "num_hypotheses": _BEST_OF, "sampling_topk": 0, "sampling_temperature": temperature}
            if temperature > 0
            else {"beam_size": beam, "patience": _PATIENCE}
        )
        results = self._model.generate(
            encoder_output.select(indices),
            prompts,
            # ctranslate2 halves it, and takes the prompt from what is left.
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
        """Words of each of the consecutive `texts[i]` (tokens) of window `indices[i]`: `frames[i]` of audio."""
        aligned: list[list[list[AlignedWord]]] = [[] for _ in indices]
        for group in self._alignment_groups(requests):
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
                aligned[position] = _words_by_segment(words, [len(text) for text in segment_tokens[position]])
        return aligned

    def text(self, tokens: Sequence[int]) -> str:
        return str(self._vocabulary.decode([token for token in tokens if token < self.timestamp_begin]))

    def unload(self) -> None:
        """Give the model's memory back."""
        self._model.unload_model()

    def _alignment_groups(self, requests: Sequence[DecodeRequest]) -> list[list[int]]:
        """On a CPU each alone: a batch of alignments is slower there (measured). On a GPU by language."""
        if self.device != "cuda":
            return [[position] for position in range(len(requests))]
        groups: dict[tuple[str, str], list[int]] = {}
        for position, request in enumerate(requests):
            groups.setdefault((request.language, request.task), []).append(position)
        return list(groups.values())

    def _make_tokenizer(self, language: str, task: str) -> Tokenizer:
        return Tokenizer(self._vocabulary, self.multilingual, task=task, language=language)

    def _prompt(self, request: DecodeRequest) -> list[int]:
        tokenizer = self.tokenizer(request.language, request.task)
        prompt_tokens = [tokenizer.sot_prev, *request.prompt_tokens] if request.prompt_tokens else []
        return [*prompt_tokens, *tokenizer.sot_sequence]

    def _hypothesis(self, result: Any, request: DecodeRequest, temperature: float, max_tokens: int) -> Hypothesis:
        """The best of what was searched or sampled: of five samples the likeliest is often the one that loops."""
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


def _words_by_segment(words: list[AlignedWord], sizes: Sequence[int]) -> list[list[AlignedWord]]:
    """Words to the texts that their tokens come from; a word over a border goes to the first."""
    by_segment: list[list[AlignedWord]] = [[] for _ in sizes]
    position, remaining_tokens = 0, sizes[0] if sizes else 0
    for word in words:
        while remaining_tokens <= 0 and position + 1 < len(sizes):
            position += 1
            remaining_tokens += sizes[position]
        by_segment[position].append(word)
        remaining_tokens -= word.tokens
    return by_segment
