"""The transcriber: a worker on SQS, and the Whisper engine that it runs."""

import os

# onnxruntime, which faster-whisper and the speaker model import, otherwise keeps an id of the machine and events about
# sessions in the user's cache, and sends them to Microsoft. It reads the variable when it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
