"""Benchmark of speed, word error rate and memory: Earshot's engine against plain faster-whisper (`make bench`).

The modules of this folder are its commands (`python -m bench.run`); the folders in it hold what they share.
"""

import os

# As `transcriber.hardware.configure_process` does for the worker; a benchmark imports numpy before it calls that.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# As `transcriber` does: engines that are compared import onnxruntime without it.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
