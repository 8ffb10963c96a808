"""A CTranslate2 Whisper folder as whisper.cpp's file: the same weights, float16 as both publish them."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor

from bench.weights import Weights

_MAGIC, _FLOAT16 = 0x67676D6C, 1
_TEXT = 50257  # tokens of text in a multilingual vocabulary; whisper.cpp knows the others itself


def converted(model: Path) -> Path:
    """Beside the folder `model`, whose weights are float16; made when it is not there yet."""
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
    half = tensor.ndim > 1 and "positional" not in name
    if name in ("encoder.conv1.bias", "encoder.conv2.bias"):
        tensor = tensor[:, None]
    shape = tensor.shape[::-1]
    file.write(struct.pack(f"<3i{len(shape)}i", len(shape), len(name), int(half), *shape))
    file.write(name.encode() + tensor.astype(np.float16 if half else np.float32).tobytes())


def _texts(model: Path) -> list[bytes]:
    """The tokens' bytes, which a byte-level vocabulary writes as letters (GPT-2's table)."""
    own = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in own]
    byte_of = {chr(byte): byte for byte in own} | {chr(256 + n): byte for n, byte in enumerate(rest)}
    vocabulary = json.loads((model / "tokenizer.json").read_text())["model"]["vocab"]
    words = sorted(vocabulary, key=vocabulary.__getitem__)[:_TEXT]
    return [bytes(byte_of[letter] for letter in word) for word in words]
