"""The speaker model's networks: files of either conversion get the same windows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from transcriber.speakers.model import WINDOW_SAMPLES, SpeakerModel

SAMPLES = np.arange(WINDOW_SAMPLES + 600, dtype=np.float32)
STARTS = [0, 270, 600]


class Network:
    """A session whose result is the first and the last sample of each window."""

    def __init__(self, *inputs: str) -> None:
        self._inputs = inputs

    def get_inputs(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(name=name) for name in self._inputs]

    def run(self, _: None, fed: dict[str, np.ndarray]) -> list[np.ndarray]:
        assert set(fed) == set(self._inputs)
        if "starts" in fed:
            assert fed["starts"].dtype == np.int64
            return [np.stack([fed["samples"][[start, start + WINDOW_SAMPLES - 1]] for start in fed["starts"]])]
        assert fed["samples"].shape == (len(STARTS), 1, WINDOW_SAMPLES)
        return [fed["samples"][:, 0, [0, -1]]]


@pytest.mark.parametrize("inputs", [("samples", "starts"), ("samples",)])
def test_networks_of_both_conversions_get_the_windows(inputs: tuple[str, ...]) -> None:
    unused = cast(Any, None)
    model = SpeakerModel("speakers", "0" * 64, np.zeros(192), cast(Any, Network(*inputs)), unused)

    found = model.segment(SAMPLES, STARTS)

    assert found.tolist() == [[start, start + WINDOW_SAMPLES - 1] for start in STARTS]
