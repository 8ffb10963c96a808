"""From a model's name to its folder, checked against the manifest in the models bucket."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from earshot_contract.manifest import PLAIN_NAME, WEIGHTS, Manifest, digest
from earshot_contract.shards import ShardError
from transcriber.engine_protocol import Model, ShardFailed
from transcriber.worker.aws_clients import code


class Models:
    """Looks into `held` (a folder of model folders) first, then pulls from `bucket` to `cache`."""

    def __init__(self, s3: Any, bucket: str, cache: Path, held: Path | None = None) -> None:
        self._s3, self._bucket, self._cache, self._held = s3, bucket, cache, held

    def find(self, name: str) -> Model:
        """Raises `ShardFailed` for a model that is not held here or whose files are not what the manifest says."""
        digests = self._manifest(name)
        directory = self._cache / name
        if self._held and (self._held / name).is_dir():
            directory = self._held / name
        elif flaw(directory, digests):  # not there yet, or of an earlier manifest
            self._pull(name, digests, directory)
        if found := flaw(directory, digests):
            raise ShardFailed(ShardError.CORRUPT_MODEL, f"The model {name!r} is not what its manifest says: {found}.")
        return Model(name, directory, digests[WEIGHTS])

    def _manifest(self, name: str) -> dict[str, str]:
        """File name → SHA-256."""
        if not PLAIN_NAME.fullmatch(name):
            raise ShardFailed(ShardError.UNKNOWN_MODEL, f"{name!r} is not a model's name.")
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=f"{name}/manifest.json")["Body"].read()
        except ClientError as error:
            if code(error) == "NoSuchKey":
                raise ShardFailed(
                    ShardError.UNKNOWN_MODEL,
                    f"This deployment does not hold the model {name!r}; it holds: {self._all()}.",
                ) from error
            raise
        digests = {file: entry.sha256 for file, entry in Manifest.from_json(body).files.items()}
        if WEIGHTS not in digests or not all(PLAIN_NAME.fullmatch(file) for file in digests):
            raise ShardFailed(
                ShardError.CORRUPT_MODEL, f"The manifest of the model {name!r} does not describe a model."
            )
        return digests

    def _all(self) -> str:
        answer = self._s3.list_objects_v2(Bucket=self._bucket, Delimiter="/")
        return ", ".join(p["Prefix"].rstrip("/") for p in answer.get("CommonPrefixes", [])) or "none"

    def _pull(self, name: str, files: Iterable[str], directory: Path) -> None:
        """Every file at once, large ones in parallel ranges."""
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        with ThreadPoolExecutor() as pool:
            for done in [pool.submit(self._fetch, f"{name}/{file}", directory / file) for file in files]:
                done.result()

    def _fetch(self, key: str, path: Path) -> None:
        try:
            self._s3.download_file(self._bucket, key, str(path))
        except ClientError as error:
            if code(error) != "404":  # a missing file is the check's to tell
                raise


def flaw(directory: Path, digests: Mapping[str, str]) -> str | None:
    """What keeps `directory` from being, byte for byte, what `digests` (file → SHA-256) say; None: nothing."""
    for file, expected in digests.items():
        path = directory / file
        if not path.is_file():
            return f"{file} is missing"
        if (found := digest(path)) != expected:
            return f"{file} has SHA-256 {found}, not {expected}"
    return None
