"""Speaker model: its two networks in onnxruntime, and its calibration."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from earshot_contract.documents.manifest import CALIBRATION, EMBEDDING, SEGMENTATION
from transcriber.engine_protocol import Model

if TYPE_CHECKING:
    import onnxruntime

VECTOR_SIZE = 192
WINDOW_SAMPLES = 160_000  # of the segmentation network: 10 s


@dataclass(frozen=True)
class SpeakerModel:
    """The networks, which any number of threads may call, and what belongs to them.

    Attributes:
        name: in the models bucket.
        sha256: digest of the embedding's weights.
        telephone_mean: mean vector of telephone speech, shape (VECTOR_SIZE,). All telephone voices share its direction,
            which brings different speakers close together.
    """

    name: str
    sha256: str
    telephone_mean: np.ndarray
    _segmentation: onnxruntime.InferenceSession
    _embedding: onnxruntime.InferenceSession

    @classmethod
    def load(cls, model: Model) -> SpeakerModel:
        """Load a model's files; errors of onnxruntime are passed on."""
        calibration = json.loads((model.directory / CALIBRATION).read_text())
        mean = np.array(calibration["telephone_mean"], np.float32)
        networks = (_session(model.directory / file) for file in (SEGMENTATION, EMBEDDING))
        return cls(model.name, model.sha256, mean, *networks)

    def segment(self, samples: np.ndarray, starts: Sequence[int]) -> np.ndarray:
        """Return log probabilities of the sets of local speakers in windows, shape (n, frames, 7).

        Args:
            samples: audio from the first window's start to the last one's end, 16 kHz.
            starts: position of each window in it, multiples of 30.
        """
        if len(self._segmentation.get_inputs()) == 1:  # deployments have files that were converted so earlier
            windows = np.stack([samples[start : start + WINDOW_SAMPLES] for start in starts])
            return np.asarray(self._segmentation.run(None, {"samples": windows[:, None]})[0])
        inputs = {"samples": samples, "starts": np.array(starts, np.int64)}
        return np.asarray(self._segmentation.run(None, inputs)[0])

    def embed(self, energies: np.ndarray) -> np.ndarray:
        """Return unit vectors of voices, shape (n, VECTOR_SIZE).

        Args:
            energies: log mel energies of single voices, shape (n, frames, MEL_BANDS); at most 2 s each.
        """
        centred = energies - energies.mean(1, keepdims=True)
        return unit(np.asarray(self._embedding.run(None, {"features": centred})[0]))


class SpeakerModels:
    """Speaker models in memory by name: each is loaded when it is first requested, and stays.

    Args:
        find_model: returns a model's checked folder by its name; raises `ShardFailed`.
    """

    def __init__(self, find_model: Callable[[str], Model]) -> None:
        self._find_model = find_model
        self._loaded: dict[str, SpeakerModel] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> SpeakerModel:
        """Return the model; other threads that request one wait until it is loaded.

        Raises:
            ShardFailed: the model is unknown or corrupt.
        """
        with self._lock:
            if name not in self._loaded:
                self._loaded[name] = SpeakerModel.load(self._find_model(name))
            return self._loaded[name]


def unit(vectors: np.ndarray) -> np.ndarray:
    """Return vectors along the last axis with length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))


def _session(path: Path) -> onnxruntime.InferenceSession:
    import onnxruntime  # a third of a second, for a worker that may never need it

    options = onnxruntime.SessionOptions()
    # One thread a call: several shards run at the same time, and a pool of threads would spin while it waits.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
