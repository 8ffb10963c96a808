"""How a deployment holds a model: files in its bucket, and a manifest that says what they must be."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from earshot_contract.document import Document

WEIGHTS = "model.bin"  # its digest is what `ModelInfo` calls the model's
PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")  # of a model or of a file in it: never a path


@dataclass(frozen=True)
class ModelFile(Document):
    """What one file must be."""

    sha256: str
    size: int  # bytes


@dataclass(frozen=True)
class Manifest(Document):
    """`{name}/manifest.json`. It is written last: a model without one is not held."""

    name: str  # e.g. "large-v3-turbo"
    files: dict[str, ModelFile]

    @classmethod
    def of(cls, name: str, files: Iterable[Path]) -> Self:
        """Reads every byte of them."""
        return cls(name, {path.name: ModelFile(digest(path), path.stat().st_size) for path in files})


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
