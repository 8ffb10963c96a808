"""Manifest of a model: family, languages, and files with their SHA-256.

A model is a folder of the models bucket. Its manifest is written last: a model without one is not available.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from msgspec import Meta, Struct

from earshot_contract.document import Document, InvalidDocument
from earshot_contract.fields import Name, Sha256

WEIGHTS = "model.bin"  # of a model that transcribes: the file whose digest stands for the model, `ModelInfo.sha256`
INT8_WEIGHTS = "model.int8.zlib"  # object with the same weights as `Int8Weights` describes them
BLOCK_BYTES = 8 * 2**20  # of int8 weights in each block of that object but the last; blocks are fetched side by side
PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")  # name of a model or of a file in it: never a path
SPEAKERS = "speakers"  # family of the model that tells speakers apart, and its name in every deployment
SEGMENTATION, EMBEDDING = "segmentation.onnx", "embedding.onnx"  # its networks; the second one's digest stands for it
CALIBRATION = "calibration.json"  # its thresholds, and what a telephone adds to its vectors
FAMILIES = ("whisper", SPEAKERS)  # families that the worker can run
_REQUIRED_FILES = {SPEAKERS: (EMBEDDING, SEGMENTATION, CALIBRATION)}  # by family; others: `WEIGHTS`


class BrokenManifest(ValueError):
    """A manifest that does not describe a model; `reason` is a message for the operator."""

    def __init__(self, model: str, reason: str) -> None:
        """Keep the name of the model's folder and the reason."""
        super().__init__(f"The manifest of the model {model!r} is not usable: {reason}")
        self.model = model
        self.reason = reason


@dataclass(frozen=True)
class ModelFile(Document):
    """Digest and size of one file."""

    sha256: Sha256
    size: Annotated[int, Meta(description="Bytes; 0: not recorded")] = 0


class Int8Weights(Document, Struct, frozen=True):
    """Weights as int8, which a worker without a GPU fetches instead of `WEIGHTS`: two fifths of float16's bytes.

    The object is a sequence of blocks. Each is a zlib stream of `BLOCK_BYTES` bytes of the file.
    """

    sha256: Annotated[Sha256, Meta(description="Of the inflated file")]
    size: Annotated[int, Meta(description="Bytes of the inflated file")]
    blocks: Annotated[list[int], Meta(description="Bytes of each block, deflated")]


@dataclass(frozen=True)
class Manifest(Document):
    """Manifest of a model: `{name}/manifest.json` in the models bucket, written after the model's files."""

    name: Annotated[Name, Meta(description="The model's folder", examples=["large-v3-turbo"])]
    files: Annotated[
        dict[str, ModelFile],
        Meta(description="Files of the folder by name; those of Whisper have model.bin"),
    ]
    family: Annotated[str, Meta(description="Which engine runs it", examples=["whisper", "speakers"])] = "whisper"
    languages: Annotated[
        list[str] | None, Meta(description="Language codes; null: derived from the model's name", examples=[["en"]])
    ] = None
    int8: Annotated[
        Int8Weights | None,
        Meta(description="The same weights for workers without a GPU; null: there is no such object"),
    ] = None

    @property
    def sha256(self) -> str:
        """Digest that stands for the model: that of its weights."""
        return self.files[required_files(self.family)[0]].sha256

    @classmethod
    def from_files(
        cls, name: str, files: Iterable[Path], family: str = "whisper", languages: list[str] | None = None
    ) -> Self:
        """Make the manifest of local files; reads every byte of them."""
        entries = {path.name: ModelFile(digest(path), path.stat().st_size) for path in files}
        return cls(name, entries, family, languages)


def read_manifest(body: str | bytes, folder: str, families: Collection[str] | None = FAMILIES) -> Manifest:
    """Read and check the manifest of the model in `folder` of the models bucket.

    Args:
        body: the document.
        folder: the model's folder in the bucket.
        families: model families that are accepted; None: any, the reader has its own registry of engines.

    Raises:
        BrokenManifest: the document cannot be used; its `reason` says why.
    """
    try:
        manifest = Manifest.from_json(body)
    except InvalidDocument as error:
        raise BrokenManifest(folder, f"{error.problem}.") from error
    if reason := flaw_of(manifest, folder, families):
        raise BrokenManifest(folder, reason)
    return manifest


def flaw_of(manifest: Manifest, folder: str, families: Collection[str] | None = FAMILIES) -> str | None:
    """Return why the manifest does not describe the model of `folder`, or None."""
    if manifest.name != folder:
        return f"the manifest names the model {manifest.name!r}."
    for name in required_files(manifest.family):
        if name not in manifest.files:
            return f"{name} is not among its files."
    if families is not None and manifest.family not in families:
        return f"the family {manifest.family!r} is not known; known are: {', '.join(families)}."
    if manifest.languages == []:
        return "its list of languages is empty."
    for name in (manifest.name, *manifest.files):
        if not PLAIN_NAME.fullmatch(name):
            return f"{name!r} is not a plain name."
    for name, file in manifest.files.items():
        if file.size < 0:
            return f"the size of {name} is {file.size}."
    if (int8 := manifest.int8) is not None and len(int8.blocks) != -(-int8.size // BLOCK_BYTES):
        return f"its int8 weights have {len(int8.blocks)} blocks for {int8.size} bytes."
    if int8 is not None and min(int8.blocks, default=1) < 1:
        return "its int8 weights have a block without bytes."
    return None


def required_files(family: str) -> tuple[str, ...]:
    """Return the files that a model of the family has at least; the digest of the first stands for the model."""
    return _REQUIRED_FILES.get(family, (WEIGHTS,))


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
