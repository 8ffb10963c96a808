"""Weights of a Whisper model for CTranslate2 as int8, deflated: for workers without a GPU.

CTranslate2 rounds float weights to the same int8 numbers when it loads them on a CPU, so transcripts do not change. A
worker starts faster: it fetches two fifths of float16's bytes, and rounds nothing. Weights hardly repeat, but small
ones are frequent, so Huffman coding alone makes the file nearly a fifth smaller.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from earshot_contract.documents.manifest import BLOCK_BYTES, Int8Weights

if TYPE_CHECKING:  # of an extra
    import numpy as np

# Layout of a model.bin: version of the format; name and revision of the model's class; number of variables; each
# variable's name, shape, type, size in bytes and content; then aliases, pairs of names of one variable.
_VERSION = 6
_FLOATS = {0: "<f4", 4: "<f2"}  # numpy's names of types by CTranslate2's numbers
_FLOAT32, _INT8 = 0, 1
_MATRIX_DIMENSIONS = 2  # weights of linear layers and embeddings; those of convolutions have three
_LARGEST_INT8 = 127.0
_ROWS = 4096  # rounded at a time: the whole table of tokens would take a gigabyte of memory
_FASTEST, _MEMORY = 1, 9  # of zlib; without a search for repetitions the level changes nothing


@dataclass(frozen=True)
class _Variable:
    """A variable of the file. Its content is not read; it begins at byte `offset`."""

    name: str
    shape: tuple[int, ...]
    type: int
    offset: int
    size: int  # bytes

    @property
    def is_rounded(self) -> bool:
        """Whether CTranslate2 rounds it for a CPU."""
        return self.name.endswith("weight") and len(self.shape) == _MATRIX_DIMENSIONS and self.type in _FLOATS


def write_int8(path: Path, target: Path) -> Int8Weights | None:
    """Write the weights of a model.bin as int8, deflated in blocks.

    Args:
        path: the model.bin.
        target: file to write.

    Returns:
        The manifest's member about it; None: the file is of another version, or not of CTranslate2.
    """
    digest, size, blocks = hashlib.sha256(), 0, []
    threads = os.cpu_count() or 1
    pending: deque[Future[bytes]] = deque()
    with target.open("wb") as file, ThreadPoolExecutor(threads) as pool:

        def write_first() -> None:
            block = pending.popleft().result()
            blocks.append(file.write(block))

        try:
            for block in _blocks(int8_weights(path)):
                digest.update(block)
                size += len(block)
                pending.append(pool.submit(_deflated, block))
                if len(pending) > threads:
                    write_first()
        except (ValueError, struct.error):
            return None
        while pending:
            write_first()
    return Int8Weights(digest.hexdigest(), size, blocks)


def int8_weights(path: Path) -> Iterator[bytes]:
    """Yield the content of a model.bin whose matrices are int8.

    Args:
        path: a model.bin with weights in float16 or float32. Weights in another type are passed on.

    Raises:
        ValueError: the file has another version of the format, or ends too early.
    """
    import numpy as np

    with path.open("rb") as file:
        head, variables, aliases = _read(file)
        rounded = sum(variable.is_rounded for variable in variables)
        yield head + struct.pack("<I", len(variables) + rounded)
        for variable in variables:
            file.seek(variable.offset)
            if len(content := file.read(variable.size)) != variable.size:
                raise ValueError(f"The weights end before those of {variable.name} do.")
            if not variable.is_rounded:
                yield _header(variable.name, variable.shape, variable.type, variable.size) + content
                continue
            values, scales = _rounded(np.frombuffer(content, _FLOATS[variable.type]).reshape(variable.shape))
            yield _header(variable.name, variable.shape, _INT8, values.nbytes) + values.tobytes()
            yield _header(f"{variable.name}_scale", scales.shape, _FLOAT32, scales.nbytes) + scales.tobytes()
        yield aliases


def _rounded(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return int8 values and the factor of each row, float32, as CTranslate2 computes them."""
    import numpy as np

    values, scales = np.empty(weights.shape, np.int8), np.empty(len(weights), np.float32)
    for first in range(0, len(weights), _ROWS):
        rows = weights[first : first + _ROWS].astype(np.float32)
        largest = np.abs(rows).max(axis=1)
        factors = np.float32(_LARGEST_INT8) / np.where(largest == 0, np.float32(_LARGEST_INT8), largest)
        scales[first : first + _ROWS] = factors
        values[first : first + _ROWS] = np.rint(rows * factors[:, None])
    return values, scales


def _blocks(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in blocks of the contract's size."""
    kept = bytearray()
    for part in parts:
        kept += part
        whole = len(kept) // BLOCK_BYTES * BLOCK_BYTES
        for first in range(0, whole, BLOCK_BYTES):
            yield bytes(kept[first : first + BLOCK_BYTES])
        del kept[:whole]
    if kept:
        yield bytes(kept)


def _deflated(block: bytes) -> bytes:
    deflate = zlib.compressobj(_FASTEST, zlib.DEFLATED, zlib.MAX_WBITS, _MEMORY, zlib.Z_HUFFMAN_ONLY)
    return deflate.compress(block) + deflate.flush()


def _read(file: BinaryIO) -> tuple[bytes, list[_Variable], bytes]:
    """Read all but the contents; return the bytes before the number of variables, the variables, the bytes behind."""

    def number(form: str) -> int:
        (found,) = struct.unpack(f"<{form}", file.read(struct.calcsize(f"<{form}")))
        return int(found)

    def name() -> str:
        return file.read(number("H")).rstrip(b"\0").decode()

    if (version := number("I")) != _VERSION:
        raise ValueError(f"The format of the weights has version {version}, not {_VERSION}.")
    name()
    number("I")
    end = file.tell()
    file.seek(0)
    head = file.read(end)
    variables = []
    for _ in range(number("I")):
        key, shape = name(), tuple(number("I") for _ in range(number("B")))
        kind, size = number("B"), number("I")
        variables.append(_Variable(key, shape, kind, file.tell(), size))
        file.seek(size, 1)
    return head, variables, file.read()


def _header(name: str, shape: tuple[int, ...], kind: int, size: int) -> bytes:
    text = name.encode() + b"\0"
    dimensions = struct.pack(f"<B{len(shape)}I", len(shape), *shape)
    return struct.pack("<H", len(text)) + text + dimensions + struct.pack("<BI", kind, size)
