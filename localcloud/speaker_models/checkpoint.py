"""Checkpoints of PyTorch, read with numpy: tensors become arrays, and no code of the file runs."""

from __future__ import annotations

import collections
import io
import pickle
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Arrays = Mapping[str, np.ndarray]  # parameters of a network by PyTorch's names
ReadStorage = Callable[[str, np.dtype[Any], int], bytes]  # key, type and length of a storage → its bytes

_TYPES = {
    "FloatStorage": np.dtype(np.float32),
    "HalfStorage": np.dtype(np.float16),
    "IntStorage": np.dtype(np.int32),
    "LongStorage": np.dtype(np.int64),
}
_LEGACY_HEADER_PICKLES = 3  # magic number, protocol version, and properties of the system


def read_checkpoint(content: bytes) -> Any:
    """Return the object that `torch.save` wrote, its tensors as arrays.

    Both formats are read: a zip archive, and the pickles of PyTorch before 1.6.

    Raises:
        pickle.UnpicklingError, KeyError: `content` is no such file.
    """
    file = io.BytesIO(content)
    return _read_zip(zipfile.ZipFile(file)) if zipfile.is_zipfile(file) else _read_legacy(content)


def _read_zip(archive: zipfile.ZipFile) -> Any:
    pickled = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
    root = pickled.removesuffix("data.pkl")
    return _Unpickler(archive.read(pickled), lambda key, *_: archive.read(f"{root}data/{key}")).load()


def _read_legacy(content: bytes) -> Any:
    """Read the object twice: its storages follow it, in an order that only the first reading tells."""
    unpickler = _Unpickler(content, lambda key, *_: b"")
    for _ in range(_LEGACY_HEADER_PICKLES):
        unpickler.load()
    start = unpickler.file.tell()
    storages: dict[str, tuple[np.dtype[Any], int]] = {}

    def note_storage(key: str, kind: np.dtype[Any], length: int) -> bytes:
        storages[key] = (kind, length)
        return bytes(kind.itemsize * length)

    first = _Unpickler(content, note_storage, start)
    first.load()
    keys = _Unpickler(content, note_storage, first.file.tell())
    found: dict[str, bytes] = {}
    order = keys.load()
    position = keys.file.tell()
    for key in order:
        kind, length = storages[key]
        position += 8  # the storage's length, which is known
        found[key] = content[position : position + kind.itemsize * length]
        position += kind.itemsize * length
    return _Unpickler(content, lambda key, *_: found[key], start).load()


class _Placeholder:
    """Stands for every class of a checkpoint that is no tensor: hyper-parameters, callbacks of a training."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def __setstate__(self, _: Any) -> None: ...

    def __setitem__(self, _: Any, __: Any) -> None: ...

    def __call__(self, *_: Any, **__: Any) -> _Placeholder:
        return self


class _Unpickler(pickle.Unpickler):
    """Unpickler that knows tensors and dictionaries, and puts placeholders for everything else."""

    def __init__(self, content: bytes, read_storage: ReadStorage, start: int = 0) -> None:
        self.file = io.BytesIO(content)
        self.file.seek(start)
        super().__init__(self.file)
        self._read_storage = read_storage

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if module == "torch" and name in _TYPES:
            return _TYPES[name]
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        return _Placeholder

    def persistent_load(self, identifier: Any) -> np.ndarray:
        _, kind, key, _, length = identifier[:5]
        return np.frombuffer(self._read_storage(key, kind, length), kind)


def _tensor(storage: np.ndarray, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any) -> np.ndarray:
    strides = [step * storage.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(storage[offset:], size, strides).copy()
