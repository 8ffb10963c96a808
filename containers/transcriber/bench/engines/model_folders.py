"""CTranslate2 Whisper folders made for measurements: a smaller copy of a model, and sizes with random weights."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import WhisperSpec
from ctranslate2.specs.model_spec import index_spec

from bench.engines.weights import Weights

_DEVIATION = 0.02  # of random weights; small enough for activations that stay finite through all layers


@dataclass(frozen=True)
class Shape:
    """Sizes of a Whisper model, as OpenAI publishes them."""

    width: int
    heads: int
    encoder_layers: int
    decoder_layers: int
    mels: int = 80
    vocabulary: int = 51865


SHAPES = {
    "base": Shape(512, 8, 6, 6),
    "small": Shape(768, 12, 12, 12),
    "large-v3-turbo": Shape(1280, 20, 32, 4, mels=128, vocabulary=51866),
}


def int8_copy(model: Path, target: Path) -> Path:
    """Write `model`, a folder with float16 weights, as int8: half as large, rounded as ctranslate2 does when it loads.

    Args:
        model: the folder.
        target: folder to write.

    Returns:
        The target.
    """
    weights = Weights(model)
    sizes = weights.sizes
    spec = WhisperSpec(sizes["n_audio_layer"], sizes["n_audio_head"], sizes["n_text_layer"], sizes["n_text_head"])
    _fill(spec, weights.stored, model)
    return _write(spec, json.loads((model / "config.json").read_text()), model, target)


def random_model(name: str, like: Path, target: Path) -> Path:
    """Write a model with the shape of `name` and random int8 weights: a real one's speed, noise for its text.

    Args:
        name: in `SHAPES`.
        like: a folder whose vocabulary and language tokens are used.
        target: folder to write.

    Returns:
        The target.
    """
    shape = SHAPES[name]
    rng = np.random.default_rng(0)
    spec = WhisperSpec(shape.encoder_layers, shape.heads, shape.decoder_layers, shape.heads)
    _fill(spec, {name: _random(rng, name, size) for name, size in tensors(shape)}, like)
    config = json.loads((like / "config.json").read_text())
    last = shape.decoder_layers - 1
    config["alignment_heads"] = [[last, head] for head in range(4)]
    _write(spec, config, like, target)
    (target / "preprocessor_config.json").write_text(json.dumps({"feature_size": shape.mels}))
    return target


def _random(rng: np.random.Generator, name: str, size: tuple[int, ...]) -> np.ndarray:
    if name.endswith("gamma"):
        return np.ones(size, np.float32)
    if name.endswith(("beta", "bias")):
        return np.zeros(size, np.float32)
    return rng.standard_normal(size, np.float32) * np.float32(_DEVIATION)


def tensors(shape: Shape) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield name and shape of each tensor that ctranslate2 stores for a model of this shape."""
    width = shape.width
    yield "encoder/conv1/weight", (width, shape.mels, 3)
    yield "encoder/conv1/bias", (width,)
    yield "encoder/conv2/weight", (width, width, 3)
    yield "encoder/conv2/bias", (width,)
    yield "encoder/position_encodings/encodings", (1500, width)
    yield "decoder/position_encodings/encodings", (448, width)
    yield "decoder/embeddings/weight", (shape.vocabulary, width)
    for side, layers in (("encoder", shape.encoder_layers), ("decoder", shape.decoder_layers)):
        yield from _norm(f"{side}/layer_norm", width)
        for layer in range(layers):
            yield from _layer(f"{side}/layer_{layer}", width, attends_to_audio=side == "decoder")


def _layer(prefix: str, width: int, *, attends_to_audio: bool) -> Iterator[tuple[str, tuple[int, ...]]]:
    linears = {"self_attention/linear_0": (3, 1), "self_attention/linear_1": (1, 1)}
    linears |= {"ffn/linear_0": (4, 1), "ffn/linear_1": (1, 4)}
    if attends_to_audio:
        linears |= {"attention/linear_0": (1, 1), "attention/linear_1": (2, 1), "attention/linear_2": (1, 1)}
    for name, (rows, columns) in linears.items():
        yield f"{prefix}/{name}/weight", (rows * width, columns * width)
        yield f"{prefix}/{name}/bias", (rows * width,)
    for block in dict.fromkeys(name.split("/")[0] for name in linears):
        yield from _norm(f"{prefix}/{block}/layer_norm", width)


def _norm(prefix: str, width: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{prefix}/gamma", (width,)
    yield f"{prefix}/beta", (width,)


def _fill(spec: WhisperSpec, tensors: dict[str, np.ndarray], like: Path) -> None:
    """Set the tensors of `spec`; those that a constructor set, numbers of heads and the like, stay."""
    tensors = tensors | {"decoder/projection/weight": tensors["decoder/embeddings/weight"]}  # stored once
    for name, tensor in tensors.items():
        if tensor.ndim:
            scope, _, attribute = name.rpartition("/")
            setattr(index_spec(spec, scope), attribute, tensor)
    tokens = (like / "vocabulary.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    missing = range(len(tokens), len(tensors["decoder/embeddings/weight"]))
    spec.register_vocabulary([*tokens, *(f"<|{number}|>" for number in missing)])
    spec.validate()
    spec.optimize("int8")


def _write(spec: WhisperSpec, config: dict[str, Any], like: Path, target: Path) -> Path:
    target.mkdir(parents=True, exist_ok=True)
    spec.save(str(target))
    (target / "config.json").write_text(json.dumps(config))
    for file in like.iterdir():
        if file.name not in ("model.bin", "config.json", "vocabulary.txt"):
            shutil.copy(file, target / file.name)
    return target
