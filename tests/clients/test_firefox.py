"""The web page in Firefox, where there is one: a file is dropped, its words are read, played and corrected."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from localcloud.cloud import Cloud
from tests.clients.browser import FOLDER
from tests.clients.sdks import BIN, SECONDS
from tests.paths import SAMPLES

FIREFOX = os.environ.get("EARSHOT_FIREFOX") or shutil.which("firefox") or shutil.which("firefox-esr")


@pytest.mark.skipif(FIREFOX is None, reason="There is no Firefox here; EARSHOT_FIREFOX=/path/to/firefox names one.")
def test_firefox_drops_reads_plays_and_corrects(cloud: Cloud) -> None:
    config = {"url": cloud.api, "firefox": FIREFOX, "speech": str(SAMPLES / "sample.flac")}

    done = subprocess.run(
        [BIN / "node", FOLDER / "firefox.mjs"],
        input=json.dumps(config),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert "moments later you can read every word" in seen["text"]
    assert seen["marked"].strip(" ,.") == "moments"
    assert seen["played"] > 0.2
    assert seen["corrected"].startswith("Hello! Welcome")
    assert (seen["complaints"], seen["violations"]) == ([], "")
