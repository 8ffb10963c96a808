"""A CTranslate2 Whisper folder as whisper.cpp's file: the same weights, float16 as both publish them."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor

Named = Iterator[tuple[str, np.ndarray]]

_MAGIC, _FLOAT16 = 0x67676D6C, 1
_TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}  # ctranslate2's, by number
_TEXT = 50257  # tokens of text in a multilingual vocabulary; whisper.cpp knows the others itself
_POSITIONS = {"encoder": 1500, "decoder": 448}


def converted(model: Path) -> Path:
    """Beside the folder `model`, whose weights are float16; made when it is not there yet."""
    target = model.with_name(f"ggml-{model.name}.bin")
    if target.is_file():
        return target
    found = _variables(model / "model.bin")
    tokens, width = found["decoder/embeddings/weight"].shape
    heads, mels = int(found["decoder/num_heads"]), found["encoder/conv1/weight"].shape[1]
    filters = np.ascontiguousarray(FeatureExtractor(feature_size=mels).mel_filters, np.float32)
    sides = [value for side, n in _POSITIONS.items() for value in (n, width, heads, _layers(found, side))]
    unfinished = target.with_suffix(".part")
    with unfinished.open("wb") as file:
        file.write(struct.pack("<I11i", _MAGIC, tokens, *sides, mels, _FLOAT16))
        file.write(struct.pack("<2i", *filters.shape) + filters.tobytes())
        texts = _texts(model)
        file.write(struct.pack("<i", len(texts)) + b"".join(struct.pack("<i", len(text)) + text for text in texts))
        for name, tensor in _tensors(found):
            _write(file, name, tensor)
    return unfinished.rename(target)


def _write(file: BinaryIO, name: str, tensor: np.ndarray) -> None:
    half = tensor.ndim > 1 and "positional" not in name and "bias" not in name
    shape = tensor.shape[::-1]
    file.write(struct.pack(f"<3i{len(shape)}i", len(shape), len(name), int(half), *shape))
    file.write(name.encode() + tensor.astype(np.float16 if half else np.float32).tobytes())


def _tensors(found: dict[str, np.ndarray]) -> Named:
    """OpenAI's names, which whisper.cpp uses."""
    for side in _POSITIONS:
        yield f"{side}.positional_embedding", found[f"{side}/position_encodings/encodings"]
        yield from _pair(found, f"{side}.{'ln_post' if side == 'encoder' else 'ln'}", f"{side}/layer_norm")
        for n in range(_layers(found, side)):
            yield from _layer(found, f"{side}.blocks.{n}", f"{side}/layer_{n}")
    yield "decoder.token_embedding.weight", found["decoder/embeddings/weight"]
    for conv in ("conv1", "conv2"):
        yield f"encoder.{conv}.weight", found[f"encoder/{conv}/weight"]
        yield f"encoder.{conv}.bias", found[f"encoder/{conv}/bias"][:, None]


def _layers(found: dict[str, np.ndarray], side: str) -> int:
    return sum(name.startswith(f"{side}/layer_") and name.endswith("/ffn/linear_0/weight") for name in found)


def _layer(found: dict[str, np.ndarray], ours: str, theirs: str) -> Named:
    yield from _pair(found, f"{ours}.attn_ln", f"{theirs}/self_attention/layer_norm")
    yield from _attention(found, f"{ours}.attn", f"{theirs}/self_attention")
    if f"{theirs}/attention/layer_norm/gamma" in found:
        yield from _pair(found, f"{ours}.cross_attn_ln", f"{theirs}/attention/layer_norm")
        yield from _attention(found, f"{ours}.cross_attn", f"{theirs}/attention")
    yield from _pair(found, f"{ours}.mlp_ln", f"{theirs}/ffn/layer_norm")
    yield from _pair(found, f"{ours}.mlp.0", f"{theirs}/ffn/linear_0")
    yield from _pair(found, f"{ours}.mlp.2", f"{theirs}/ffn/linear_1")


def _pair(found: dict[str, np.ndarray], ours: str, theirs: str) -> Named:
    weight, bias = ("gamma", "beta") if theirs.endswith("layer_norm") else ("weight", "bias")
    yield f"{ours}.weight", found[f"{theirs}/{weight}"]
    yield f"{ours}.bias", found[f"{theirs}/{bias}"]


def _attention(found: dict[str, np.ndarray], ours: str, theirs: str) -> Named:
    """ctranslate2 keeps projections of the same input as one; the key's bias, which is zero, has no name."""
    names = iter(("query", "key", "value", "out"))
    for part in range(3):
        weight, bias = (found.get(f"{theirs}/linear_{part}/{kind}") for kind in ("weight", "bias"))
        if weight is None or bias is None:
            continue
        pieces = len(weight) // weight.shape[1]
        for one, own in zip(np.split(weight, pieces), np.split(bias, pieces), strict=True):
            name = next(names)
            yield f"{ours}.{name}.weight", one
            if name != "key":
                yield f"{ours}.{name}.bias", own
            elif own.any():
                raise ValueError(f"{theirs} is not query, key, value in one: what should be the key has a bias.")


def _texts(model: Path) -> list[bytes]:
    """The tokens' bytes, which a byte-level vocabulary writes as letters (GPT-2's table)."""
    own = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in own]
    byte_of = {chr(byte): byte for byte in own} | {chr(256 + n): byte for n, byte in enumerate(rest)}
    vocabulary = json.loads((model / "tokenizer.json").read_text())["model"]["vocab"]
    words = sorted(vocabulary, key=vocabulary.__getitem__)[:_TEXT]
    return [bytes(byte_of[letter] for letter in word) for word in words]


def _variables(path: Path) -> dict[str, np.ndarray]:
    """Name → array of a model.bin (binary version 6)."""
    data, at = path.read_bytes(), 0

    def take(form: str) -> Any:
        nonlocal at
        (value,) = struct.unpack_from(f"<{form}", data, at)
        at += struct.calcsize(f"<{form}")
        return value

    def name() -> str:
        return str(take(f"{take('H')}s").rstrip(b"\0").decode())

    if (version := take("I")) != 6:
        raise ValueError(f"{path} has binary version {version}; this reads version 6.")
    name()
    take("I")
    found: dict[str, np.ndarray] = {}
    for _ in range(take("I")):
        key, shape = name(), [take("I") for _ in range(take("B"))]
        kind, size = _TYPES[take("B")], take("I")
        found[key] = np.frombuffer(data, kind, size // np.dtype(kind).itemsize, at).reshape(shape)
        at += size
    return found
