"""The weights of a CTranslate2 Whisper folder under OpenAI's names, for engines that read other formats."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

Named = Iterator[tuple[str, np.ndarray]]

_TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}  # ctranslate2's, by number
_POSITIONS = {"encoder": 1500, "decoder": 448}


class Weights:
    """Of a folder whose model.bin is of binary version 6; raises `ValueError` for another."""

    def __init__(self, model: Path) -> None:
        self._found = _variables(model / "model.bin")

    @property
    def sizes(self) -> dict[str, int]:
        """Named as OpenAI's `ModelDimensions`, in the order of whisper.cpp's header."""
        found, sizes = self._found, {"n_vocab": len(self._found["decoder/embeddings/weight"])}
        for side, kind in (("encoder", "audio"), ("decoder", "text")):
            sizes[f"n_{kind}_ctx"] = _POSITIONS[side]
            sizes[f"n_{kind}_state"] = found["decoder/embeddings/weight"].shape[1]
            sizes[f"n_{kind}_head"] = int(found["decoder/num_heads"])
            sizes[f"n_{kind}_layer"] = _layers(found, side)
        return sizes | {"n_mels": found["encoder/conv1/weight"].shape[1]}

    def named(self) -> Named:
        """OpenAI's name and the array, as it is stored."""
        found = self._found
        for side in _POSITIONS:
            yield f"{side}.positional_embedding", found[f"{side}/position_encodings/encodings"]
            yield from _pair(found, f"{side}.{'ln_post' if side == 'encoder' else 'ln'}", f"{side}/layer_norm")
            for n in range(_layers(found, side)):
                yield from _layer(found, f"{side}.blocks.{n}", f"{side}/layer_{n}")
        yield "decoder.token_embedding.weight", found["decoder/embeddings/weight"]
        for conv in ("conv1", "conv2"):
            yield from _pair(found, f"encoder.{conv}", f"encoder/{conv}")


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


def _variables(path: Path) -> dict[str, np.ndarray]:
    """Name → array."""
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
