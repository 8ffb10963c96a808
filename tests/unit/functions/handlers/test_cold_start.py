"""Imports of a cold start."""

from __future__ import annotations

import subprocess
import sys


def test_api_handler_import_does_not_load_xray_sdk() -> None:
    """The SDK takes 271 ms to import, more than everything else that the API's handler needs."""
    program = "import sys, functions.handlers.api.handler; print('aws_xray_sdk' in sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert loaded.strip() == "False"
