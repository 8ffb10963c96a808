"""Telemetry of packages that the worker imports: off."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

# The smallest network of onnxruntime's own; a session of it is an event.
SESSION = """
import {package}
import onnxruntime
from pathlib import Path

import pytest
network = Path(onnxruntime.__file__).parent / "datasets" / "mul_1.onnx"
onnxruntime.InferenceSession(str(network), providers=["CPUExecutionProvider"])
"""


@pytest.mark.slow
def test_session_of_a_network_leaves_no_telemetry(tmp_path: Path) -> None:
    """onnxruntime 1.31 writes a device's id and its events into the user's cache before it sends them."""
    folder = ROOT / "containers" / "transcriber"
    kept = {
        name: value for name, value in os.environ.items() if name not in ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME")
    }
    for package in ("transcriber", "bench"):
        subprocess.run(
            [sys.executable, "-c", SESSION.format(package=package)],
            env={**kept, "HOME": str(tmp_path), "PYTHONPATH": str(folder)},
            check=True,
        )

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
