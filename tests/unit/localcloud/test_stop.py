"""Stop of the local cloud: a second Ctrl-C leaves no emulator running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from localcloud.cloud import Cloud
from localcloud.serve import interrupt

# An emulator that takes its time to save.
SLOW_TO_STOP = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.6), sys.exit()))
print("ready", flush=True)
while True:
    signal.pause()
"""


def test_interrupted_stop_waits_when_called_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    emulator = subprocess.Popen([sys.executable, "-c", SLOW_TO_STOP], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert emulator.stdout
    with emulator.stdout:
        emulator.stdout.readline()
    cloud = Cloud(tmp_path)
    monkeypatch.setattr(cloud, "_process", emulator)
    before = signal.signal(signal.SIGUSR1, interrupt)  # as the handler of Ctrl-C
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGUSR1)).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            cloud.stop()
    finally:
        signal.signal(signal.SIGUSR1, before)

    cloud.stop()

    assert emulator.returncode == 0
