"""The plain engine: faster-whisper as it comes, one shard at a time, interactive ones first."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Iterable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import ctranslate2
import faster_whisper
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.transcribe import Segment as Said
from faster_whisper.transcribe import restore_speech_timestamps
from faster_whisper.vad import get_speech_timestamps

from events.shards import ModelFacts, Segment, Shard, ShardResult, Word
from transcriber import languages
from transcriber.audio import RATE, decode
from transcriber.models import Model

_LADDER = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)  # temperatures, each tried when the one before gave nonsense
_BEAM = 5


class _Promise(Future[ShardResult]):
    """A future whose `cancel` also reaches a shard that runs: it stops at its next segment."""

    def __init__(self) -> None:
        super().__init__()
        self.unwanted = False

    def cancel(self) -> bool:
        self.unwanted = True
        return super().cancel()


@dataclass(order=True)
class _Order:
    rank: tuple[int, int]  # interactive before bulk, then as they came
    shard: Shard = field(compare=False)
    audio: Path = field(compare=False)
    promise: _Promise = field(compare=False)


class StockEngine:
    """An `Engine`. Loads the model at once: raises what ctranslate2 raises when it cannot."""

    def __init__(self, model: Model, device: str = "cpu", compute_type: str = "int8", threads: int = 0) -> None:
        """`threads` of a CPU; 0: as many as ctranslate2 finds best."""
        self._whisper = WhisperModel(
            str(model.directory),
            device=device,
            compute_type=compute_type,
            cpu_threads=threads,
            local_files_only=True,
        )
        self._facts = ModelFacts(
            name=model.name,
            sha256=model.sha256,
            multilingual=self._whisper.model.is_multilingual,
            compute_type=self._whisper.model.compute_type,
            device=self._whisper.model.device,
        )
        self._waiting: list[_Order] = []  # a heap
        self._numbers, self._changed = count(), threading.Condition()
        self._open = 0  # shards submitted and not done
        self._closed = False
        threading.Thread(target=self._run, name=f"stock-{model.name}", daemon=True).start()

    def submit(self, shard: Shard, audio: Path) -> Future[ShardResult]:
        promise = _Promise()
        promise.add_done_callback(lambda _: self._count_down())
        with self._changed:
            self._open += 1
            rank = (0 if shard.interactive else 1, next(self._numbers))
            heapq.heappush(self._waiting, _Order(rank, shard, audio, promise))
            self._changed.notify()
        return promise

    def room(self) -> int:
        with self._changed:
            return max(0, 1 - self._open)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _count_down(self) -> None:
        with self._changed:
            self._open -= 1

    def _run(self) -> None:
        while order := self._next():
            if not order.promise.set_running_or_notify_cancel():
                continue
            try:
                order.promise.set_result(self._transcribe(order))
            except BaseException as error:
                order.promise.set_exception(error)
        for order in self._waiting:
            order.promise.cancel()
        del self._whisper

    def _next(self) -> _Order | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            return None if self._closed else heapq.heappop(self._waiting)

    def _transcribe(self, order: _Order) -> ShardResult:
        shard, began = order.shard, time.monotonic()
        languages.check(shard, self._facts, self._knows)
        sound = decode(order.audio, channel=shard.channel, start=shard.start, end=shard.end, raw=shard.raw)
        decoded = time.monotonic()
        stretches = get_speech_timestamps(sound.samples)
        # Where nobody speaks there is no language to detect: a guess, with no confidence in it.
        language, probability = languages.given(shard, self._facts) or languages.ENGLISH, 0.0
        segments: list[Segment] = []
        if stretches:
            speech = np.concatenate([sound.samples[s["start"] : s["end"]] for s in stretches])
            language, probability = self._language(shard, speech)
            said, _ = self._whisper.transcribe(
                speech,
                language=language,
                task=shard.task,
                beam_size=_BEAM,
                temperature=_LADDER if shard.temperature is None else shard.temperature,
                word_timestamps=shard.word_timestamps,
                initial_prompt=shard.prompt,
                hotwords=shard.hotwords,
            )
            segments = self._collect(order, restore_speech_timestamps(said, stretches, RATE), sound.seconds)
        now = time.monotonic()
        return ShardResult(
            job_id=shard.job_id,
            index=shard.index,
            channel=shard.channel,
            language=language,
            language_probability=probability,
            segments=segments,
            audio=sound.facts,
            model=self._facts,
            seconds={"decode": decoded - began, "model": now - decoded, "total": now - began},
            engine={
                "name": "faster-whisper",
                "version": f"{faster_whisper.__version__} on ctranslate2 {ctranslate2.__version__}",
                "beam": _BEAM,
                "speech": round(sum(s["end"] - s["start"] for s in stretches) / RATE, 3),
            },
        )

    def _collect(self, order: _Order, said: Iterable[Said], most: float) -> list[Segment]:
        """faster-whisper works while we iterate. Times become the file's; nothing ends after the audio does."""
        segments = []
        for segment in said:
            if order.promise.unwanted or self._closed:
                raise CancelledError
            segments.append(_segment(segment, order.shard.start, most))
        return segments

    def _knows(self, code: str) -> bool:
        return self._whisper.hf_tokenizer.token_to_id(f"<|{code}|>") is not None

    def _language(self, shard: Shard, speech: np.ndarray) -> tuple[str, float]:
        """Whisper's code and how sure it is (1.0 where there is no choice)."""
        if language := languages.given(shard, self._facts):
            return language, 1.0
        return languages.choose(self._whisper.detect_language(audio=speech)[2], shard.languages)


def _segment(said: Said, offset: float, most: float) -> Segment:
    def moment(seconds: float) -> float:
        return round(offset + min(max(seconds, 0.0), most), 3)

    return Segment(
        start=moment(said.start),
        end=moment(said.end),
        text=said.text.strip(),
        words=[
            Word(word.word.strip(), moment(word.start), moment(word.end), round(float(word.probability), 4))
            for word in said.words or []
            if word.word.strip()
        ],
        tokens=list(said.tokens),
        temperature=said.temperature,
        avg_logprob=said.avg_logprob,
        compression_ratio=said.compression_ratio,
        no_speech_prob=said.no_speech_prob,
    )
