"""GGML files: converts a CTranslate2 Whisper folder for whisper.cpp, with the same weights in float16."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor

from bench.engines.weights import Weights

_MAGIC, _FLOAT16 = 0x67676D6C, 1
_TEXT_TOKENS = 50257  # text tokens of a multilingual vocabulary; whisper.cpp knows the special ones itself


def convert(model: Path) -> Path:
    """Write `ggml-NAME.bin` next to the folder `model` if it does not exist; return its path.

    Args:
        model: a CTranslate2 Whisper folder whose weights are float16.
    """
    target = model.with_name(f"ggml-{model.name}.bin")
    if target.is_file():
        return target
    weights = Weights(model)
    sizes = weights.sizes
    filters = np.ascontiguousarray(FeatureExtractor(feature_size=sizes["n_mels"]).mel_filters, np.float32)
    unfinished = target.with_suffix(".part")
    with unfinished.open("wb") as file:
        file.write(struct.pack("<I11i", _MAGIC, *sizes.values(), _FLOAT16))
        file.write(struct.pack("<2i", *filters.shape) + filters.tobytes())
        texts = _texts(model)
        file.write(struct.pack("<i", len(texts)) + b"".join(struct.pack("<i", len(text)) + text for text in texts))
        for name, tensor in weights.named():
            _write(file, name, tensor)
    return unfinished.rename(target)


def _write(file: BinaryIO, name: str, tensor: np.ndarray) -> None:
    is_float16 = tensor.ndim > 1 and "positional" not in name
    if name in ("encoder.conv1.bias", "encoder.conv2.bias"):
        tensor = tensor[:, None]
    shape = tensor.shape[::-1]
    file.write(struct.pack(f"<3i{len(shape)}i", len(shape), len(name), int(is_float16), *shape))
    file.write(name.encode() + tensor.astype(np.float16 if is_float16 else np.float32).tobytes())


def _texts(model: Path) -> list[bytes]:
    """Return the bytes of the text tokens; a byte-level vocabulary writes each byte as a letter (GPT-2's table)."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    byte_of = {chr(byte): byte for byte in printable} | {chr(256 + n): byte for n, byte in enumerate(others)}
    vocabulary = json.loads((model / "tokenizer.json").read_text())["model"]["vocab"]
    words = sorted(vocabulary, key=vocabulary.__getitem__)[:_TEXT_TOKENS]
    return [bytes(byte_of[letter] for letter in word) for word in words]
