"""Batching engine: threads prepare shards while batch workers run batches with windows of all shards."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import ctranslate2

from earshot_contract.documents.shard_results import ModelInfo, ShardResult
from earshot_contract.documents.shards import Shard
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream
from transcriber.engine_protocol import Model
from transcriber.hardware import EngineSettings
from transcriber.speakers.known_voices import known_voices, read_samples
from transcriber.speakers.model import SpeakerModels
from transcriber.speakers.stream import SpeakerStream
from transcriber.whisper import other_languages
from transcriber.whisper.batch_queue import BatchQueue
from transcriber.whisper.batch_worker import BatchWorker
from transcriber.whisper.decoding.model import WhisperModel
from transcriber.whisper.languages import language_choice
from transcriber.whisper.prepare_threads import PrepareThreads
from transcriber.whisper.shard_state import ShardState
from transcriber.whisper.window import Window
from transcriber.whisper.windows.log_mel import LogMel
from transcriber.whisper.windows.profile import PROFILES
from transcriber.whisper.windows.shard_windows import ShardWindows
from transcriber.whisper.windows.voice_activity import CONTEXT_SECONDS
from transcriber.whisper.words import unwritten_speech

MAX_SHARD_SECONDS = 12 * 3600.0  # longer audio is rejected; memory grows with the transcript only
_BATCH_SLACK_FRAMES = 250  # mel frames (10 ms) by which windows of one batch may differ


class BatchingEngine:
    """Whisper engine; implements `transcriber.engine_protocol.Engine`."""

    def __init__(self, model: Model, settings: EngineSettings, speaker_models: SpeakerModels | None = None) -> None:
        """Load the model and start the threads; errors of ctranslate2 are passed on.

        Args:
            model: the model's files.
            settings: from `transcriber.hardware`, applied to the process before ctranslate2 was imported.
            speaker_models: for shards whose speakers are to be told apart.
        """
        self._settings = settings
        self._speaker_models = speaker_models
        self._model = WhisperModel(model.directory, settings)
        self._log_mel = LogMel(model.directory)
        self.model_info = ModelInfo(
            name=model.name,
            sha256=model.sha256,
            multilingual=self._model.multilingual,
            compute_type=self._model.compute_type,
            device=self._model.device,
        )
        self._batch_queue: BatchQueue[Window] = BatchQueue(settings.batch, _BATCH_SLACK_FRAMES)
        self._in_progress: set[ShardState[Window]] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._result_threads = ThreadPoolExecutor(2, "result")
        worker = BatchWorker(self._model, self._batch_queue, self._finish)
        self._batch_threads = [
            threading.Thread(target=worker.run, name=f"batch-worker-{n}", daemon=True)
            for n in range(settings.batch_workers)
        ]
        for thread in self._batch_threads:
            thread.start()
        self._prepare_threads = PrepareThreads(settings, self._prepare_or_fail)
        self._prepare_threads.start()

    def submit(self, shard: Shard, audio: Path, known_speakers: Path | None = None) -> Future[ShardResult]:
        """Queue a shard (see `Engine.submit`). `Future.cancel` also ends a shard that is running."""
        known_language = language_choice.known_language(shard, self.model_info)
        prompt_tokens = self._model.prompt_tokens(shard.prompt, shard.hotwords)
        profile = PROFILES[shard.profile or self._settings.profile]
        state: ShardState[Window] = ShardState(shard, audio, prompt_tokens, known_language, profile, known_speakers)
        state.future.add_done_callback(lambda _: self._remove(state))
        with self._lock:
            if self._closed:
                raise RuntimeError("The engine is closed: it takes no more shards.")
            self._in_progress.add(state)
            if shard.speakers is None:  # no batch waits for the others: their windows come seconds apart
                self._batch_queue.announce()
        self._prepare_threads.put(state)
        return state.future

    def free_capacity(self) -> int:
        """Return the free capacity in shards: two batches a batch worker, minus what is in progress."""
        limit = 2 * self._settings.batch_workers * self._settings.batch
        with self._lock:
            return max(0, limit - max(len(self._in_progress), self._batch_queue.window_count))

    def close(self) -> None:
        """Stop (see `Engine.close`); returns when the running batches are done."""
        with self._lock:
            self._closed = True
            remaining = list(self._in_progress)
        for state in remaining:
            state.future.cancel()
        self._batch_queue.close()
        for thread in self._batch_threads:
            thread.join()
        self._prepare_threads.close()
        self._result_threads.shutdown()
        self._model.unload()

    def _remove(self, state: ShardState[Window]) -> None:
        with self._lock:
            self._in_progress.discard(state)

    def _prepare_or_fail(self, state: ShardState[Window], with_speakers: bool) -> None:
        try:
            self._prepare(state)
        except BaseException as error:
            state.fail(error)
        finally:
            if not with_speakers:
                self._batch_queue.prepared()

    def _prepare(self, state: ShardState[Window]) -> None:
        """Decode audio, detect speech, split it into windows and queue them; blocks while enough speech is waiting."""
        shard, started = state.shard, time.monotonic()
        language_choice.check_supported(shard, self.model_info, self._model.supports_language)
        audio = AudioStream(
            state.audio,
            channel=shard.channel,
            track=shard.track,
            start=shard.start,
            end=shard.end,
            first=shard.first,
            until=shard.until,
            file_seconds=shard.file_seconds,
            raw=shard.raw,
            context_seconds=CONTEXT_SECONDS,
            max_seconds=MAX_SHARD_SECONDS,
        )
        for window in self._split_into_windows(state, audio):
            for group in state.add_window(window):
                state.decode_seconds += time.monotonic() - started
                if not shard.interactive:
                    self._batch_queue.wait_for_space(self._settings.max_prepared_seconds)
                started = time.monotonic()
                self._batch_queue.put(group)
            if not state.active:
                return
        state.decode_seconds += time.monotonic() - started
        groups, done = state.all_windows_added(audio.info, audio.warnings)
        for group in groups:
            self._batch_queue.put(group)
        if done:
            state.start()
            self._finish(state)

    def _split_into_windows(self, state: ShardState[Window], audio: AudioStream) -> Iterator[Window]:
        """Yield windows of speech while the audio is decoded.

        Speakers are told apart on the same blocks, each after its windows: Whisper works on these meanwhile.
        """
        # A sample that is bad ends the shard at once; their vectors are made while Whisper works.
        known = read_samples(state.known_speakers) if state.known_speakers else []
        speakers = self._speaker_stream(state.shard)
        shard = state.shard
        for found, samples_of_shard in ShardWindows(
            audio, state.profile, shard.start, is_exact=shard.first is not None
        ):
            state.decoded_seconds += len(samples_of_shard) / SAMPLE_RATE
            for start, samples, voiced in found:
                yield Window(state, start, self._log_mel.compute(samples), voiced)
            if speakers and len(samples_of_shard):
                speakers.feed(samples_of_shard)
        if speakers and state.active:
            state.speakers = replace(speakers.finish(), known=known_voices(known, speakers.model))

    def _speaker_stream(self, shard: Shard) -> SpeakerStream | None:
        if shard.speakers is None or self._speaker_models is None:
            return None
        model = self._speaker_models.get(shard.speakers.model)
        whole = shard.start == 0 and shard.end is None
        return SpeakerStream(model, shard.speakers, shard.start, whole)

    def _finish(self, state: ShardState[Window]) -> None:
        """Resolve the future on another thread: its callbacks may take long and must not block batch workers."""
        self._result_threads.submit(self._resolve, state)

    def _resolve(self, state: ShardState[Window]) -> None:
        try:
            result = self._result(state)
        except Exception as error:
            state.fail(error)
            return
        if state.active and not state.future.done():
            state.future.set_result(result)

    def _result(self, state: ShardState[Window]) -> ShardResult:
        assert state.audio_info is not None
        shard, language = state.shard, state.language
        engine_info: dict[str, Any] = {
            "name": "earshot",
            "version": f"ctranslate2 {ctranslate2.__version__}",
            "profile": str(shard.profile or self._settings.profile),  # EARSHOT_PROFILE is text
            "speech": round(state.speech_seconds, 3),
            **state.counts,
        }
        return ShardResult(
            job_id=shard.job_id,
            index=shard.index,
            channel=shard.channel,
            # Without speech no language is detected: English, with probability 0.
            language=language or language_choice.ENGLISH,
            language_probability=state.language_probability if state.speech_seconds and language else 0.0,
            segments=state.ordered_segments(),
            audio=state.audio_info,
            model=self.model_info,
            seconds={
                "decode": state.decode_seconds,
                "model": state.model_seconds,
                "worker": state.model_seconds / self._settings.batch_workers,  # batches run side by side
                "total": time.monotonic() - state.started_at,
            },
            engine=engine_info,
            warnings=[
                *state.warnings,
                *other_languages.warnings_of(state.other_languages, language, state.unknown_language, shard.channel),
                *unwritten_speech.warnings_of(state.unwritten_speech, shard.channel),
            ],
            speakers=state.speakers,
        )
