"""The batching engine: threads prepare shards while lanes run batches of windows of all of them."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np

from earshot_contract.shards import ModelInfo, Shard, ShardResult
from transcriber.audio.stream import SAMPLE_RATE, AudioStream
from transcriber.engine_protocol import Model
from transcriber.hardware import EngineSettings
from transcriber.whisper import language_choice
from transcriber.whisper.batch_queue import Batcher
from transcriber.whisper.batch_worker import Lane
from transcriber.whisper.log_mel import Features
from transcriber.whisper.model import Decoder
from transcriber.whisper.shard_state import Progress, Window
from transcriber.whisper.voice_activity import SpeechDetector
from transcriber.whisper.windowing import Cutter, Span

LONGEST_SHARD = 12 * 3600.0  # seconds: nothing grows with it but the transcript
_SLACK = 250  # frames by which windows of one batch may differ


@dataclass(order=True)
class _Order:
    rank: tuple[bool, int]  # interactive before bulk, then as they came
    progress: Progress | None = field(compare=False)


class BatchingEngine:
    """An `Engine` (see `transcriber.engine`)."""

    def __init__(self, model: Model, settings: EngineSettings) -> None:
        """Load the model; raises what ctranslate2 raises when it cannot.

        `settings` come from `hardware.configure_process`, which must have run before ctranslate2 was imported.
        """
        self._settings = settings
        self._decoder = Decoder(model.directory, settings)
        self._features = Features(model.directory)
        self.facts = ModelInfo(
            name=model.name,
            sha256=model.sha256,
            multilingual=self._decoder.multilingual,
            compute_type=self._decoder.compute_type,
            device=self._decoder.device,
        )
        self._batcher: Batcher[Window] = Batcher(settings.batch, _SLACK)
        self._orders: tuple[queue.PriorityQueue[_Order], queue.PriorityQueue[_Order]] = (
            queue.PriorityQueue(),
            queue.PriorityQueue(),
        )
        self._numbers = itertools.count()
        self._underway: set[Progress] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._answering = ThreadPoolExecutor(2, "answer")
        lane = Lane(self._decoder, self._batcher, self._finish)
        self._lanes = [
            threading.Thread(target=lane.run, name=f"lane-{n}", daemon=True) for n in range(settings.batch_workers)
        ]
        self._preparers = [
            threading.Thread(target=self._prepare_all, args=(orders,), name="prepare", daemon=True)
            for orders in (self._orders[0], *[self._orders[1]] * settings.prepare_threads)
        ]
        for thread in (*self._lanes, *self._preparers):
            thread.start()

    def submit(self, shard: Shard, audio: Path) -> Future[ShardResult]:
        """See `Engine.submit`. Cancelling also reaches a shard that runs."""
        given = language_choice.given(shard, self.facts)
        progress = Progress(shard, audio, self._decoder.before(shard.prompt, shard.hotwords), given)
        progress.promise.add_done_callback(lambda _: self._forget(progress))
        with self._lock:
            if self._closed:
                raise RuntimeError("The engine is closed: it takes no more shards.")
            self._underway.add(progress)
        lane = self._orders[0 if shard.interactive else 1]
        lane.put(_Order((not shard.interactive, next(self._numbers)), progress))
        return progress.promise

    def free_capacity(self) -> int:
        """Two batches a lane may be on their way; more would only wait."""
        enough = 2 * self._settings.batch_workers * self._settings.batch
        with self._lock:
            return max(0, enough - max(len(self._underway), self._batcher.windows))

    def close(self) -> None:
        """See `Engine.close`. Returns when the batches that run are done."""
        with self._lock:
            self._closed = True
            left = list(self._underway)
        for progress in left:
            progress.promise.cancel()
        self._batcher.close()
        for orders in (self._orders[0], *[self._orders[1]] * self._settings.prepare_threads):
            orders.put(_Order((True, next(self._numbers)), None))
        for thread in (*self._lanes, *self._preparers):
            thread.join()
        self._answering.shutdown()
        self._decoder.unload()

    def _forget(self, progress: Progress) -> None:
        with self._lock:
            self._underway.discard(progress)

    def _prepare_all(self, orders: queue.PriorityQueue[_Order]) -> None:
        while (progress := orders.get().progress) is not None:
            try:
                with self._batcher.coming():
                    self._prepare(progress)
            except BaseException as error:
                progress.fail(error)

    def _prepare(self, progress: Progress) -> None:
        """Decode, find speech, cut windows, compute features; blocks while enough of them wait."""
        shard, began = progress.shard, time.monotonic()
        language_choice.check(shard, self.facts, self._decoder.knows)
        audio = AudioStream(
            progress.audio,
            channel=shard.channel,
            start=shard.start,
            end=shard.end,
            raw=shard.raw,
            max_seconds=LONGEST_SHARD,
        )
        for window in self._windows(progress, audio):
            for parcel in progress.add(window):
                progress.decoding += time.monotonic() - began
                if not shard.interactive:
                    self._batcher.wait_for_room(self._settings.max_prepared_seconds)
                began = time.monotonic()
                self._batcher.put(parcel)
            if not progress.wanted:
                return
        progress.decoding += time.monotonic() - began
        parcels, done = progress.prepared(audio.info)
        for parcel in parcels:
            self._batcher.put(parcel)
        if done:
            progress.start()
            self._finish(progress)

    def _windows(self, progress: Progress, audio: AudioStream) -> Iterator[Window]:
        """Windows of speech as the audio streams by; what is cut off or silent is let go."""
        detector, cutter = SpeechDetector(), Cutter(self._settings.max_window_seconds)
        held, first = np.zeros(0, np.float32), 0  # samples not yet let go, the first one's place in the stretch

        def window(span: Span) -> Window:
            mel = self._features.of(held[span.start - first : span.end - first])
            voiced = tuple(((a - span.start) / SAMPLE_RATE, (b - span.start) / SAMPLE_RATE) for a, b in span.voiced)
            start = progress.shard.start + span.start / SAMPLE_RATE
            return Window(progress, start, mel, voiced)

        for block in audio:
            held = np.concatenate([held, block])
            for span in cutter.feed(detector.feed(block)):
                yield window(span)
            if (settled := min(cutter.settled, first + len(held))) > first:
                held, first = held[settled - first :], settled
        for span in cutter.feed(detector.finish()) + cutter.finish(first + len(held)):
            yield window(span)

    def _finish(self, progress: Progress) -> None:
        """Answer on a thread of its own: whoever waits may do much with the result, and lanes must not."""
        self._answering.submit(self._answer, progress)

    def _answer(self, progress: Progress) -> None:
        try:
            result = self._result(progress)
        except Exception as error:
            progress.fail(error)
            return
        if progress.wanted and not progress.promise.done():
            progress.promise.set_result(result)

    def _result(self, progress: Progress) -> ShardResult:
        assert progress.facts is not None
        shard = progress.shard
        language = progress.language
        facts: dict[str, Any] = {
            "name": "earshot",
            "version": f"ctranslate2 {ctranslate2.__version__}",
            "speech": round(progress.speech, 3),
            **progress.counts,
        }
        return ShardResult(
            job_id=shard.job_id,
            index=shard.index,
            channel=shard.channel,
            # Where nobody speaks there is no language to detect: the likeliest guess, with no confidence.
            language=language or language_choice.ENGLISH,
            language_probability=progress.probability if progress.speech and language else 0.0,
            segments=sorted(progress.segments, key=lambda segment: (segment.start, segment.end)),
            audio=progress.facts,
            model=self.facts,
            seconds={
                "decode": progress.decoding,
                "model": progress.modelling,
                "total": time.monotonic() - progress.began,
            },
            engine=facts,
        )
