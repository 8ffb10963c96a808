"""The models bucket: a model is held when its manifest lies there (it is written last)."""

from __future__ import annotations

import time

from events.shards import Pointer
from functions.layout import manifest_key
from functions.models import Model
from functions.settings import settings
from functions.stores import objects

FRESH_SECONDS = 60  # how long a warm function trusts its last look

_seen: tuple[float, str, list[Model]] | None = None


def held() -> list[Model]:
    """Every model the deployment holds, by name."""
    global _seen
    bucket, now = settings().models_bucket, time.monotonic()
    if _seen is None or _seen[1] != bucket or now - _seen[0] > FRESH_SECONDS:
        _seen = (now, bucket, _look(bucket))
    return _seen[2]


def _look(bucket: str) -> list[Model]:
    ending = manifest_key("")
    manifests = [objects.get(Pointer(bucket, key)) for key in objects.keys(bucket) if key.endswith(ending)]
    return sorted((Model.from_manifest(m) for m in manifests if m is not None), key=lambda model: model.name)
