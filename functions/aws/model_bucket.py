"""Models bucket: the models that the deployment has, by their manifests.

A manifest that is not usable is left out: it must not make requests for the other models fail.
"""

from __future__ import annotations

import time

from aws_lambda_powertools.metrics import MetricUnit, single_metric
from msgspec import Struct

from earshot_contract.documents.manifest import SPEAKERS, BrokenManifest, Manifest, read_manifest
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.keys import model_folder
from functions.aws import s3
from functions.errors import ApiError
from functions.observability import NAMESPACE, logger
from functions.settings import settings
from functions.speech_models.names import LATEST, Model, choose

CACHE_SECONDS = 60  # maximum age of the cached list
RETRY_CACHE_SECONDS = 1  # maximum age of the cached list when a requested model is not in it


class ModelListing(Struct, frozen=True):
    """Contents of the models bucket: models by name, and the manifests that cannot be used."""

    models: list[Model]
    broken: list[BrokenManifest]
    tells_speakers: bool = False  # whether it contains the model for that


_cached: tuple[float, str, ModelListing] | None = None  # time.monotonic(), bucket, listing
_logged: set[str] = set()  # broken manifests that this process has logged, with their reasons


def choose_model(requested: str, language: str | None, strict: bool = False, version: str = LATEST) -> Model:
    """Return the available model that a caller's name means, including a model added a second ago.

    Raises:
        ApiError: as `functions.speech_models.names.choose`.
    """
    try:
        return choose(requested, language, available_models(), strict=strict, version=version)
    except ApiError:
        return choose(requested, language, available_models(RETRY_CACHE_SECONDS), strict=strict, version=version)


def available_models(max_age: float = CACHE_SECONDS) -> list[Model]:
    """Return the deployment's usable models by name, from a list that is at most `max_age` seconds old."""
    return model_listing(max_age).models


def has_speaker_model() -> bool:
    """Return whether the deployment can tell speakers apart, including by a model added a second ago."""
    return model_listing().tells_speakers or model_listing(RETRY_CACHE_SECONDS).tells_speakers


def model_listing(max_age: float = CACHE_SECONDS) -> ModelListing:
    """Return the usable models and the broken manifests, from a list that is at most `max_age` seconds old."""
    global _cached
    bucket, now = settings().models_bucket, time.monotonic()
    if _cached is None or _cached[1] != bucket or now - _cached[0] > max_age:
        manifests, broken = read_manifests(bucket)
        models = [Model.from_manifest(manifest) for manifest in manifests if manifest.family != SPEAKERS]
        _cached = (now, bucket, ModelListing(models, broken, len(models) < len(manifests)))
        _report(broken)
    return _cached[2]


def read_manifests(bucket: str) -> tuple[list[Manifest], list[BrokenManifest]]:
    """Read every manifest of a bucket; return the usable ones by name, and the broken ones with their reasons."""
    good, broken = [], []
    for key in s3.keys(bucket):
        folder = model_folder(key)
        body = s3.get(S3Object(bucket, key)) if folder else None
        if folder is None or body is None:  # another file, or deleted since the listing
            continue
        try:
            good.append(read_manifest(body, folder))
        except BrokenManifest as error:
            broken.append(error)
    return sorted(good, key=lambda manifest: manifest.name), broken


def _report(broken: list[BrokenManifest]) -> None:
    """Log each broken manifest once a process, and count them each time the bucket is read.

    The metric is written at once: the API handler, which reads the bucket too, flushes no metrics.
    """
    if broken:
        with single_metric("BrokenModelManifests", MetricUnit.Count, len(broken), namespace=NAMESPACE):
            pass
    for manifest in broken:
        if str(manifest) not in _logged:
            _logged.add(str(manifest))
            logger.error("A model manifest is not usable", model=manifest.model, reason=manifest.reason)
