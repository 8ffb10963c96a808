"""The models bucket: a model is held when its manifest lies there (it is written last)."""

from __future__ import annotations

import time

from earshot_contract.keys import manifest_key
from earshot_contract.manifest import Manifest
from earshot_contract.shards import S3Object
from functions.aws import s3
from functions.errors import ApiError
from functions.settings import settings
from functions.speech_models.names import Model, choose

CACHE_SECONDS = 60  # how long a warm function trusts its last look
RETRY_CACHE_SECONDS = 1  # and how long when somebody asks for what it did not see there

_cached: tuple[float, str, list[Model]] | None = None


def choose_model(requested: str, language: str | None) -> Model:
    """As `functions.models.choose` among those held; a model that was just added is held, too."""
    try:
        return choose(requested, language, available_models())
    except ApiError:
        return choose(requested, language, available_models(RETRY_CACHE_SECONDS))


def available_models(fresh: float = CACHE_SECONDS) -> list[Model]:
    """Every model the deployment holds, by name, as it was `fresh` seconds ago or later."""
    global _cached
    bucket, now = settings().models_bucket, time.monotonic()
    if _cached is None or _cached[1] != bucket or now - _cached[0] > fresh:
        _cached = (now, bucket, [Model.from_manifest(manifest) for manifest in manifests(bucket)])
    return _cached[2]


def manifests(bucket: str) -> list[Manifest]:
    """Of every model that lies in a bucket, by name."""
    ending = manifest_key("")
    found = [s3.get(S3Object(bucket, key)) for key in s3.keys(bucket) if key.endswith(ending)]
    return sorted((Manifest.from_json(m) for m in found if m is not None), key=lambda manifest: manifest.name)


def put_manifest(bucket: str, manifest: Manifest) -> None:
    """From now on the deployment holds the model: its files must lie there already."""
    s3.put(S3Object(bucket, manifest_key(manifest.name)), manifest.to_json().encode(), "application/json")
