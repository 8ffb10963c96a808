"""Model files: a model's name to its folder on disk, checked against the manifest in the models bucket."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from earshot_contract.aws_errors import error_code
from earshot_contract.documents.manifest import (
    INT8_WEIGHTS,
    PLAIN_NAME,
    WEIGHTS,
    BrokenManifest,
    Int8Weights,
    Manifest,
    digest,
    read_manifest,
)
from earshot_contract.documents.shards import ShardError
from earshot_contract.keys import manifest_key, model_file_key
from transcriber.engine_protocol import Model, ShardFailed
from transcriber.worker.caches.ranged_download import download, download_inflated


class ModelFiles:
    """Finds models on this disk or downloads them.

    Args:
        s3: boto3 client.
        bucket: the models bucket.
        cache: an existing folder for downloaded models.
        local: a folder with one folder a model, searched before the bucket; None: there is none.
        int8: download the int8 weights where the bucket has them: CTranslate2 would round the others to these.
    """

    def __init__(self, s3: Any, bucket: str, cache: Path, local: Path | None = None, *, int8: bool = False) -> None:
        self._s3, self._bucket, self._cache, self._local, self._int8 = s3, bucket, cache, local, int8

    def find(self, name: str) -> Model:
        """Return the model `name`; download it where it is not on disk yet.

        Raises:
            ShardFailed: UNKNOWN_MODEL, the bucket has no manifest of it; CORRUPT_MODEL, its files differ from the
                manifest.
        """
        manifest = self._manifest(name)
        digests = {file: entry.sha256 for file, entry in manifest.files.items()}
        if self._local and (self._local / name).is_dir():
            mismatch = first_mismatch(directory := self._local / name, digests)
        else:
            int8 = manifest.int8 if self._int8 else None
            if int8:
                digests[WEIGHTS] = int8.sha256
            mismatch = first_mismatch(directory := self._cache / name, digests)
            if mismatch:  # not downloaded yet, or of an earlier manifest
                mismatch = _describe_first(digests, self._download(name, digests, directory, int8).values())
            if mismatch and int8:
                mismatch = mismatch.replace(WEIGHTS, f"{WEIGHTS} (from {INT8_WEIGHTS})", 1)
        if mismatch:
            raise ShardFailed(
                ShardError.CORRUPT_MODEL, f"The model {name!r} is not what its manifest says: {mismatch}."
            )
        return Model(name, directory, manifest.sha256, manifest.family)

    def _manifest(self, name: str) -> Manifest:
        if not PLAIN_NAME.fullmatch(name):
            raise ShardFailed(ShardError.UNKNOWN_MODEL, f"{name!r} is not a model's name.")
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=manifest_key(name))["Body"].read()
        except ClientError as error:
            if error_code(error) == "NoSuchKey":
                raise ShardFailed(
                    ShardError.UNKNOWN_MODEL,
                    f"This deployment does not have the model {name!r}. It has: {self._available()}.",
                ) from error
            raise
        try:
            return read_manifest(body, name, families=None)  # `engine_registry` knows the families
        except BrokenManifest as error:
            raise ShardFailed(
                ShardError.CORRUPT_MODEL, f"The manifest of the model {name!r} cannot be used: {error.reason}"
            ) from error

    def _available(self) -> str:
        response = self._s3.list_objects_v2(Bucket=self._bucket, Delimiter="/")
        return ", ".join(p["Prefix"].rstrip("/") for p in response.get("CommonPrefixes", [])) or "none"

    def _download(
        self, name: str, files: Iterable[str], directory: Path, int8: Int8Weights | None
    ) -> dict[str, str | None]:
        """Download all files at the same time; return the digest of each, None of those that are missing."""
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        with ThreadPoolExecutor() as pool:
            running = {
                file: pool.submit(self._download_file, name, directory / file, int8 if file == WEIGHTS else None)
                for file in files
            }
            return {file: done.result() for file, done in running.items()}

    def _download_file(self, model: str, path: Path, int8: Int8Weights | None) -> str | None:
        try:
            if int8:
                key = model_file_key(model, INT8_WEIGHTS)
                return download_inflated(self._s3, self._bucket, key, path, int8.blocks)
            return download(self._s3, self._bucket, model_file_key(model, path.name), path)
        except ClientError as error:
            if error_code(error) not in ("404", "NoSuchKey"):
                raise
            path.unlink(missing_ok=True)
            return None


def first_mismatch(directory: Path, digests: Mapping[str, str]) -> str | None:
    """Describe the first file of `directory` that differs from `digests` (file name → SHA-256); None: all match."""
    paths = {file: directory / file for file in digests}
    return _describe_first(digests, (digest(path) if path.is_file() else None for path in paths.values()))


def _describe_first(expected: Mapping[str, str], found: Iterable[str | None]) -> str | None:
    """Describe the first digest, in the order of `expected`, that is another one or None; None: all match."""
    for (file, right), sha256 in zip(expected.items(), found, strict=True):
        if sha256 is None:
            return f"{file} is missing"
        if sha256 != right:
            return f"{file} has SHA-256 {sha256}, not {right}"
    return None
