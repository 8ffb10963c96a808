"""Int8 weights: what `earshot model add` writes is what CTranslate2 makes of float16, and what a worker reads."""

from __future__ import annotations

import hashlib
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from earshot_cli.models import int8_weights
from earshot_cli.models.int8_weights import write_int8

FLOAT32, INT8, FLOAT16 = 0, 1, 4  # CTranslate2's numbers of types


def variable(name: str, content: np.ndarray, kind: int) -> bytes:
    """Return a variable as CTranslate2 stores it."""
    text, shape = name.encode() + b"\0", content.shape
    head = struct.pack("<H", len(text)) + text + struct.pack(f"<B{len(shape)}I", len(shape), *shape)
    return head + struct.pack("<BI", kind, content.nbytes) + content.tobytes()


def weights_file(path: Path, variables: list[bytes], version: int = 6) -> Path:
    """Write a model.bin."""
    head = struct.pack("<IH", version, 12) + b"WhisperSpec\0" + struct.pack("<II", 3, len(variables))
    path.write_bytes(head + b"".join(variables) + struct.pack("<I", 0))
    return path


def inflated(path: Path, blocks: list[int]) -> bytes:
    """Return the content of the deflated blocks."""
    data, begin, found = path.read_bytes(), 0, b""
    for size in blocks:
        found += zlib.decompress(data[begin : begin + size])
        begin += size
    assert begin == len(data)
    return found


def test_matrices_are_rounded_row_by_row(tmp_path: Path) -> None:
    matrix = np.array([[0.5, -1.0, 0.25], [0.0, 0.0, 0.0]], np.float16)
    bias, filters = np.array([1.5], np.float16), np.ones((1, 2, 3), np.float16)
    others = [variable("a/bias", bias, FLOAT16), variable("conv/weight", filters, FLOAT16)]
    source = weights_file(tmp_path / "model.bin", [variable("a/weight", matrix, FLOAT16), *others])

    found = write_int8(source, tmp_path / "int8")

    rounded = np.array([[64, -127, 32], [0, 0, 0]], np.int8)  # 63.5 and 31.75, to the nearest even number
    scales = np.array([127.0, 1.0], np.float32)
    expected = weights_file(
        tmp_path / "expected",
        [variable("a/weight", rounded, INT8), variable("a/weight_scale", scales, FLOAT32), *others],
    ).read_bytes()
    assert found is not None
    assert inflated(tmp_path / "int8", found.blocks) == expected
    assert (found.sha256, found.size) == (hashlib.sha256(expected).hexdigest(), len(expected))


def test_large_weights_are_cut_into_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(int8_weights, "BLOCK_BYTES", 4000)
    monkeypatch.setattr(int8_weights, "_ROWS", 7)
    matrix = np.random.default_rng(0).standard_normal((400, 64)).astype(np.float32)
    source = weights_file(tmp_path / "model.bin", [variable("a/weight", matrix, FLOAT32)])

    found = write_int8(source, tmp_path / "int8")

    assert found is not None
    content = inflated(tmp_path / "int8", found.blocks)
    assert len(found.blocks) == -(-len(content) // 4000)
    values = np.frombuffer(content, np.int8, matrix.size, content.index(b"a/weight\0") + 23).reshape(matrix.shape)
    scales = 127 / np.abs(matrix).max(axis=1, keepdims=True)
    assert np.abs(values / scales - matrix).max() <= 0.5 / scales.min()
    assert len(content) > sum(found.blocks)


@pytest.mark.parametrize(
    ("content", "version"),
    [
        (b"and so on", 6),
        (b"", 6),
        (variable("a/weight", np.ones((9, 9), np.float16), FLOAT16)[:-5], 6),
        (variable("a/bias", np.ones(9, np.float16), FLOAT16)[:-5], 6),
        (b"", 5),
    ],
)
def test_unreadable_weights_give_none(tmp_path: Path, content: bytes, version: int) -> None:
    source = weights_file(tmp_path / "model.bin", [content], version)
    source.write_bytes(source.read_bytes()[:-4])

    assert write_int8(source, tmp_path / "int8") is None
