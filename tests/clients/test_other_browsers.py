"""The web page in Firefox and in WebKit, where they are: a file is dropped, read, played, corrected and shared."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import Cloud
from tests.clients.browser import FOLDER
from tests.clients.sdks import BIN, SECONDS
from tests.paths import SAMPLES


def _firefox() -> str:
    found = os.environ.get("EARSHOT_FIREFOX") or shutil.which("firefox") or shutil.which("firefox-esr")
    if not found:
        pytest.skip("There is no Firefox here; EARSHOT_FIREFOX=/path/to/firefox names one.")
    return found


def _webkit() -> dict[str, str]:
    """WebKitGTK: its driver, its small browser, which packages keep beside the library, and a display for it."""
    driver, display = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    browsers = [path for lib in ("lib", "lib64", "libexec") for path in Path("/usr", lib).glob("**/MiniBrowser")]
    if not (driver and display and browsers):
        pytest.skip(
            "There is no WebKitGTK with WebKitWebDriver, MiniBrowser and Xvfb here (Debian: webkit2gtk-driver, xvfb)."
        )
    return {"driver": driver, "display": display, "browser": str(browsers[0])}


@pytest.mark.parametrize(("name", "find"), [("firefox", _firefox), ("webkit", _webkit)])
def test_other_browsers_read_play_and_correct(name: str, find: Any, cloud: Cloud) -> None:
    config = {"url": cloud.api, name: find(), "speech": str(SAMPLES / "sample.flac")}

    with subprocess.Popen(
        [BIN / "node", FOLDER / f"{name}.mjs"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as script:
        try:
            out, errors = script.communicate(json.dumps(config), timeout=SECONDS)
        finally:  # also when the time is up: the browser, its driver and its display are processes of the script's
            with contextlib.suppress(ProcessLookupError):
                os.killpg(script.pid, signal.SIGKILL)

    assert script.returncode == 0, errors
    seen = json.loads(out)
    assert "moments later you can read every word" in seen["text"]
    assert seen["found"] == "every word"
    assert seen["marked"].strip(" ,.") == "moments"
    assert seen["played"] > 0.2
    assert seen["corrected"].startswith("Hello! Welcome")
    assert "talk.flac" in seen["listed"]
    assert seen["shared"].startswith("Hello! Welcome")
    assert (seen["errors"], seen["violations"]) == ([], [])
