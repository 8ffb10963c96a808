"""Engines in memory: each model is loaded once and stays loaded while there is space for it."""

from __future__ import annotations

import time
from collections.abc import Callable

from transcriber.engine_protocol import Engine, Model
from transcriber.logs import logger
from transcriber.worker.caches.refcounted_cache import RefCountedCache

_MAX_LOADED = 2  # models; two of the largest fit a GPU of 24 GB together with their batches


class LoadedEngines:
    """A cache of engines by model name.

    Attributes:
        stages: seconds of the last load, by stage of a worker's start.

    Args:
        find_model: returns a model's checked folder by its name; raises `ShardFailed`.
        open_engine: loads the model into an engine.
    """

    def __init__(self, find_model: Callable[[str], Model], open_engine: Callable[[Model], Engine]) -> None:
        self._find_model, self._open_engine = find_model, open_engine
        self.stages: dict[str, float] = {}
        self._cache: RefCountedCache[str, Engine] = RefCountedCache(_MAX_LOADED, lambda engine: engine.close())

    def acquire(self, model: str) -> Engine:
        """Return the engine of `model`, loaded if necessary; the caller must `release` it.

        Raises:
            ShardFailed: the model is unknown or corrupt, or no engine runs its family.
        """
        return self._cache.acquire(model, 1, lambda: self._load(model))

    def release(self, model: str) -> None:
        """End one use of the engine of `model`."""
        self._cache.release(model)

    def free_capacity(self) -> int:
        """Return how many further shards could start now: the minimum over all engines, as they share one device."""
        return min((engine.free_capacity() for engine in self._cache.values()), default=1)

    def close(self) -> None:
        """Close all engines."""
        self._cache.clear()

    def _load(self, name: str) -> Engine:
        began = time.monotonic()
        model = self._find_model(name)
        found = time.monotonic()
        engine = self._open_engine(model)
        self.stages = {"start_fetch": found - began, "start_load": time.monotonic() - found}
        logger.info(
            "Model loaded",
            extra={
                "fields": {
                    "model": name,
                    "family": model.family,
                    "sha256": model.sha256,
                    "fetch_seconds": round(self.stages["start_fetch"], 3),
                    "load_seconds": round(self.stages["start_load"], 3),
                }
            },
        )
        return engine
