"""Weights of a CTranslate2 Whisper folder under OpenAI's names, for engines that read other formats."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

Named = Iterator[tuple[str, np.ndarray]]

_TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}  # ctranslate2's type numbers
_POSITIONS = {"encoder": 1500, "decoder": 448}


class Weights:
    """The tensors of a folder whose model.bin has binary version 6.

    Raises:
        ValueError: model.bin has another version.
    """

    def __init__(self, model: Path) -> None:
        self.stored = _variables(model / "model.bin")

    @property
    def sizes(self) -> dict[str, int]:
        """Model dimensions, named as in OpenAI's `ModelDimensions`, in the order of whisper.cpp's header."""
        tensors, sizes = self.stored, {"n_vocab": len(self.stored["decoder/embeddings/weight"])}
        for side, kind in (("encoder", "audio"), ("decoder", "text")):
            sizes[f"n_{kind}_ctx"] = _POSITIONS[side]
            sizes[f"n_{kind}_state"] = tensors["decoder/embeddings/weight"].shape[1]
            sizes[f"n_{kind}_head"] = int(tensors["decoder/num_heads"])
            sizes[f"n_{kind}_layer"] = _layers(tensors, side)
        return sizes | {"n_mels": tensors["encoder/conv1/weight"].shape[1]}

    def named(self) -> Named:
        """Yield each tensor with OpenAI's name, as it is stored."""
        tensors = self.stored
        for side in _POSITIONS:
            yield f"{side}.positional_embedding", tensors[f"{side}/position_encodings/encodings"]
            yield from _pair(tensors, f"{side}.{'ln_post' if side == 'encoder' else 'ln'}", f"{side}/layer_norm")
            for n in range(_layers(tensors, side)):
                yield from _layer(tensors, f"{side}.blocks.{n}", f"{side}/layer_{n}")
        yield "decoder.token_embedding.weight", tensors["decoder/embeddings/weight"]
        for conv in ("conv1", "conv2"):
            yield from _pair(tensors, f"encoder.{conv}", f"encoder/{conv}")


def _layers(tensors: dict[str, np.ndarray], side: str) -> int:
    return sum(name.startswith(f"{side}/layer_") and name.endswith("/ffn/linear_0/weight") for name in tensors)


def _layer(tensors: dict[str, np.ndarray], name_prefix: str, stored_prefix: str) -> Named:
    yield from _pair(tensors, f"{name_prefix}.attn_ln", f"{stored_prefix}/self_attention/layer_norm")
    yield from _attention(tensors, f"{name_prefix}.attn", f"{stored_prefix}/self_attention")
    if f"{stored_prefix}/attention/layer_norm/gamma" in tensors:
        yield from _pair(tensors, f"{name_prefix}.cross_attn_ln", f"{stored_prefix}/attention/layer_norm")
        yield from _attention(tensors, f"{name_prefix}.cross_attn", f"{stored_prefix}/attention")
    yield from _pair(tensors, f"{name_prefix}.mlp_ln", f"{stored_prefix}/ffn/layer_norm")
    yield from _pair(tensors, f"{name_prefix}.mlp.0", f"{stored_prefix}/ffn/linear_0")
    yield from _pair(tensors, f"{name_prefix}.mlp.2", f"{stored_prefix}/ffn/linear_1")


def _pair(tensors: dict[str, np.ndarray], name_prefix: str, stored_prefix: str) -> Named:
    weight, bias = ("gamma", "beta") if stored_prefix.endswith("layer_norm") else ("weight", "bias")
    yield f"{name_prefix}.weight", tensors[f"{stored_prefix}/{weight}"]
    yield f"{name_prefix}.bias", tensors[f"{stored_prefix}/{bias}"]


def _attention(tensors: dict[str, np.ndarray], name_prefix: str, stored_prefix: str) -> Named:
    """Split ctranslate2's joint projections of one input. OpenAI's key has no bias; ctranslate2's is zero."""
    names = iter(("query", "key", "value", "out"))
    for part in range(3):
        weight, bias = (tensors.get(f"{stored_prefix}/linear_{part}/{kind}") for kind in ("weight", "bias"))
        if weight is None or bias is None:
            continue
        count = len(weight) // weight.shape[1]
        for weight_part, bias_part in zip(np.split(weight, count), np.split(bias, count), strict=True):
            name = next(names)
            yield f"{name_prefix}.{name}.weight", weight_part
            if name != "key":
                yield f"{name_prefix}.{name}.bias", bias_part
            elif bias_part.any():
                raise ValueError(f"{stored_prefix} is not query, key, value in one: what should be the key has a bias.")


def _variables(path: Path) -> dict[str, np.ndarray]:
    """Read model.bin. Returns: name → array."""
    data, offset = path.read_bytes(), 0

    def read(form: str) -> Any:
        nonlocal offset
        (value,) = struct.unpack_from(f"<{form}", data, offset)
        offset += struct.calcsize(f"<{form}")
        return value

    def name() -> str:
        return str(read(f"{read('H')}s").rstrip(b"\0").decode())

    if (version := read("I")) != 6:
        raise ValueError(f"{path} has binary version {version}; this reads version 6.")
    name()
    read("I")
    tensors: dict[str, np.ndarray] = {}
    for _ in range(read("I")):
        key, shape = name(), [read("I") for _ in range(read("B"))]
        kind, size = _TYPES[read("B")], read("I")
        tensors[key] = np.frombuffer(data, kind, size // np.dtype(kind).itemsize, offset).reshape(shape)
        offset += size
    return tensors
