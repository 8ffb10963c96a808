"""The benchmark's parts that may be wrong without anybody noticing."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from bench.ggml import converted
from transcriber.models import Model


def test_whisper_cpp_gets_a_whole_file(model: Model, tmp_path: Path) -> None:
    folder = tmp_path / "base"
    folder.symlink_to(model.directory)

    data = memoryview(converted(folder).read_bytes())

    magic, *sizes = struct.unpack_from("<I11i", data)
    assert magic == 0x67676D6C
    assert sizes == [51865, 1500, 512, 8, 6, 448, 512, 8, 6, 80, 1]  # OpenAI's base, as float16
    at = 48 + 8 + 80 * 201 * 4
    (texts,) = struct.unpack_from("<i", data, at)
    at += 4
    words = []
    for _ in range(texts):
        (size,) = struct.unpack_from("<i", data, at)
        words.append(bytes(data[at + 4 : at + 4 + size]))
        at += 4 + size
    assert (texts, words[0], words[220], words[440]) == (50257, b"!", b" ", b" The")
    tensors = {}
    while at < len(data):
        rank, length, half = struct.unpack_from("<3i", data, at)
        shape = struct.unpack_from(f"<{rank}i", data, at + 12)[::-1]
        at += 12 + 4 * rank
        name, kind = bytes(data[at : at + length]).decode(), np.dtype(np.float16 if half else np.float32)
        tensors[name] = np.frombuffer(data, kind, int(np.prod(shape)), at + length).reshape(shape)
        at += length + tensors[name].nbytes
    assert len(tensors) == 245  # as many as OpenAI's base has
    assert tensors["decoder.blocks.5.cross_attn.value.weight"].shape == (512, 512)
    assert tensors["encoder.conv1.bias"].shape == (512, 1)
    assert abs(tensors["decoder.token_embedding.weight"]).max() < 10
