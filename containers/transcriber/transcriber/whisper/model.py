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

from transcriber.hardware import EngineSettings
from transcriber.whisper import quality_checks
from transcriber.whisper.encoder_output import Encoded
from transcriber.whisper.log_mel import pad
from transcriber.whisper.quality_checks import Hypothesis
from transcriber.whisper.timestamp_segments import heard
from transcriber.whisper.word_alignment import Timed, timed

_FIRST_TIMESTAMP = 50  # ticks of 20 ms: speech begins in a window's first second
# A search ends when so many of its beams have: the others are longer, and on short windows longer is a loop.
# Two of five instead of five: WER 12.3 instead of 13.3, and a sixth of the time saved (ENGINE.md).
_PATIENCE = 0.4
_BEST_OF = 5  # samples a temperature above zero draws, as OpenAI's
_PROMPT_TOKENS = 223  # half of the decoder's positions, less the start of the previous text
_POSITIONS = 448  # of the decoder


@dataclass(frozen=True)
class Request:
    """How one window is to be decoded. All of a batch have the same number of prompt tokens."""

    language: str
    task: str  # transcribe | translate
    before: tuple[int, ...]  # tokens of prompt and hotwords
    seconds: float


class Decoder:
    """Calls may come from as many threads as `settings.batch_workers`; each then has a replica of its own."""

    def __init__(self, directory: Path, settings: EngineSettings) -> None:
        """Raises what ctranslate2 raises when it cannot load the model."""
        self._model = ctranslate2.models.Whisper(
            str(directory),
            device=settings.device,
            compute_type=settings.compute_type,
            inter_threads=settings.batch_workers,
            intra_threads=settings.threads,
        )
        self._pieces = tokenizers.Tokenizer.from_file(str(directory / "tokenizer.json"))
        self.multilingual: bool = self._model.is_multilingual
        self.device: str = self._model.device
        self.compute_type: str = self._model.compute_type
        self.tokenizer = lru_cache(maxsize=None)(self._tokenizer)
        plain = self.tokenizer("en", "transcribe")
        self.timestamps: int = plain.timestamp_begin
        self._suppressed = list(get_suppressed_tokens(plain, [-1]) or ())

    def knows(self, language: str) -> bool:
        """Whether the model has a token for Whisper's code `language`."""
        return self._pieces.token_to_id(f"<|{language}|>") is not None

    def before(self, prompt: str | None, hotwords: str | None) -> tuple[int, ...]:
        """Tokens that precede the audio: what to listen for, then the end of the text that came before."""
        plain = self.tokenizer("en", "transcribe")
        texts = [f" {text.strip()}" for text in (hotwords, prompt) if text and text.strip()]
        return tuple([token for text in texts for token in plain.encode(text)][-_PROMPT_TOKENS:])

    def encode(self, mels: Sequence[np.ndarray], frames: Sequence[int]) -> Encoded:
        """`mels[i]` padded to `frames[i]`, or on a GPU all to the longest."""
        if self.device == "cuda":
            return Encoded(view=self._model.encode(_stacked(mels, max(frames))))
        # One after the other: on a CPU a batch of encoders only overflows the caches (up to twice the time).
        found = [self._model.encode(_stacked([mel], own)) for mel, own in zip(mels, frames, strict=True)]
        return Encoded([np.array(view)[0] for view in found])

    def detect(self, encoded: Encoded, indices: Sequence[int], frames: int = 0) -> list[list[tuple[str, float]]]:
        """For each window, with silence up to `frames`, the languages and their probabilities, likeliest first."""
        # On a GPU a step for all of a batch is nothing beside bringing some of it over here.
        whole = self.device == "cuda" and not frames
        found = self._model.detect_language(encoded.pick(range(len(encoded.frames)) if whole else indices, frames))
        asked = [found[index] for index in indices] if whole else found
        return [[(token[2:-2], float(p)) for token, p in ranking] for ranking in asked]

    def generate(
        self,
        encoded: Encoded,
        indices: Sequence[int],
        requests: Sequence[Request],
        *,
        beam: int,
        temperature: float = 0.0,
    ) -> list[Hypothesis]:
        """Decode windows `indices`; `requests[i]` belongs to `indices[i]`."""
        most = quality_checks.cap(max(request.seconds for request in requests))
        prompts = [self._prompt(request) for request in requests]
        search: dict[str, Any] = (
            {"beam_size": 1, "num_hypotheses": _BEST_OF, "sampling_topk": 0, "sampling_temperature": temperature}
            if temperature > 0
            else {"beam_size": beam, "patience": _PATIENCE}
        )
        results = self._model.generate(
            encoded.pick(indices),
            prompts,
            # ctranslate2 halves it, and takes the prompt from what is left.
            max_length=min(_POSITIONS, max(2 * most, most + len(prompts[0]))),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=self._suppressed,
            max_initial_timestamp_index=_FIRST_TIMESTAMP,
            **search,
        )
        return [
            self._hypothesis(result, request, temperature, most)
            for result, request in zip(results, requests, strict=True)
        ]

    def align(
        self,
        encoded: Encoded,
        indices: Sequence[int],
        requests: Sequence[Request],
        texts: Sequence[Sequence[list[int]]],
        frames: Sequence[int],
    ) -> list[list[list[Timed]]]:
        """Words of each of the consecutive `texts[i]` (tokens) of window `indices[i]`: `frames[i]` of audio."""
        aligned: list[list[list[Timed]]] = [[] for _ in indices]
        for group in self._aligned_together(requests):
            tokenizer = self.tokenizer(requests[group[0]].language, requests[group[0]].task)
            tokens = {place: [token for text in texts[place] for token in text] for place in group}
            found = self._model.align(
                encoded.pick([indices[place] for place in group]),
                tokenizer.sot_sequence,
                list(tokens.values()),
                [frames[place] for place in group],
            )
            for place, result in zip(group, found, strict=True):
                words = timed(tokenizer, tokens[place], result.alignments, result.text_token_probs)
                aligned[place] = _dealt(words, [len(text) for text in texts[place]])
        return aligned

    def text(self, tokens: Sequence[int]) -> str:
        return str(self._pieces.decode([token for token in tokens if token < self.timestamps]))

    def unload(self) -> None:
        """Give the model's memory back."""
        self._model.unload_model()

    def _aligned_together(self, requests: Sequence[Request]) -> list[list[int]]:
        """On a CPU each alone: a batch of alignments is slower there (measured). On a GPU by language."""
        if self.device != "cuda":
            return [[place] for place in range(len(requests))]
        groups: dict[tuple[str, str], list[int]] = {}
        for place, request in enumerate(requests):
            groups.setdefault((request.language, request.task), []).append(place)
        return list(groups.values())

    def _tokenizer(self, language: str, task: str) -> Tokenizer:
        return Tokenizer(self._pieces, self.multilingual, task=task, language=language)

    def _prompt(self, request: Request) -> list[int]:
        tokenizer = self.tokenizer(request.language, request.task)
        before = [tokenizer.sot_prev, *request.before] if request.before else []
        return [*before, *tokenizer.sot_sequence]

    def _hypothesis(self, result: Any, request: Request, temperature: float, most: int) -> Hypothesis:
        """The best of what was searched or sampled: of five samples the likeliest is often the one that loops."""
        drawn = [
            self._read(list(said), score, result.no_speech_prob, request, temperature, most)
            for said, score in zip(result.sequences_ids, result.scores, strict=True)
        ]
        return quality_checks.best(drawn)

    def _read(
        self, said: list[int], score: float, no_speech: float, request: Request, temperature: float, most: int
    ) -> Hypothesis:
        tokens = heard(said, self.timestamps, request.seconds)
        text = self.text(tokens).strip()
        return Hypothesis(
            tokens=tokens,
            text=text,
            logprob=score * len(said) / (len(said) + 1),
            no_speech=no_speech,
            compression=quality_checks.compression(text),
            temperature=temperature,
            spoken=sum(token < self.timestamps for token in tokens),
            capped=len(said) >= most and len(tokens) == len(said),
        )


def _stacked(mels: Sequence[np.ndarray], frames: int) -> StorageView:
    return StorageView.from_array(np.stack([pad(mel, frames) for mel in mels]).astype(np.float32, copy=False))


def _dealt(words: list[Timed], sizes: Sequence[int]) -> list[list[Timed]]:
    """Words to the texts that their tokens come from; a word over a border goes to the first."""
    dealt: list[list[Timed]] = [[] for _ in sizes]
    place, left = 0, sizes[0] if sizes else 0
    for word in words:
        while left <= 0 and place + 1 < len(sizes):
            place += 1
            left += sizes[place]
        dealt[place].append(word)
        left -= word.tokens
    return dealt
