"""Loaded models: each is loaded once and kept while there is place."""

from __future__ import annotations

import time
from collections.abc import Callable

from transcriber import hardware
from transcriber.engine_protocol import Engine, Model
from transcriber.logs import logger
from transcriber.whisper.engine import BatchingEngine
from transcriber.worker.refcounted_cache import Shelf

_LOADED = 2  # models in memory: two of the largest fit a 24 GB GPU beside their batches


def open_engine(model: Model, machine: hardware.EngineSettings) -> Engine:
    """What transcribes, here and deployed."""
    return BatchingEngine(model, machine)


class Engines:
    """`find` turns a model's name into its checked folder, `start` a folder into an engine."""

    def __init__(self, find: Callable[[str], Model], start: Callable[[Model], Engine]) -> None:
        self._find, self._start = find, start
        self._shelf: Shelf[str, Engine] = Shelf(_LOADED, lambda engine: engine.close())

    def take(self, model: str) -> Engine:
        """The engine, to be given back with `give`. Raises `ShardFailed` as `Models.find` does."""
        return self._shelf.take(model, 1, lambda: self._load(model))

    def give(self, model: str) -> None:
        self._shelf.give(model)

    def free_capacity(self) -> int:
        """Shards that could start now: all engines share one device, so the fullest one decides."""
        return min((engine.free_capacity() for engine in self._shelf.things()), default=1)

    def close(self) -> None:
        self._shelf.clear()

    def _load(self, name: str) -> Engine:
        began = time.monotonic()
        model = self._find(name)
        checked = time.monotonic()
        engine = self._start(model)
        logger.info(
            "Model loaded",
            extra={
                "facts": {
                    "model": name,
                    "sha256": model.sha256,
                    "fetch_seconds": round(checked - began, 3),
                    "load_seconds": round(time.monotonic() - checked, 3),
                }
            },
        )
        return engine
