"""A browser for the tests of the web page: that of the machine, else one from the package index; and what drives it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.clients.sdks import BIN, HERE, SECONDS, _once, _run

FOLDER = HERE / "page"
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# The package holds libraries that a bare machine lacks, and unpacks them where it takes this variable for Lambda's. Its
# arguments are Lambda's, too: with them one page that crashes ends the browser, and no page has an origin.
UNPACK = """
import chromium from "@sparticuz/chromium";
const path = await chromium.executablePath();
console.log(JSON.stringify({ path, libraries: process.env.LD_LIBRARY_PATH }));
"""


Seen = dict[str, Any]  # what a scenario reports


class NoBrowser(Exception):
    """There is no browser here, and none can be had; the message says why."""


def browser_or_skip(say: Callable[[str], None]) -> dict[str, Any]:
    """Return `find_browser`'s answer; where no browser can be had, say what is not tested, and why, and skip."""
    try:
        return find_browser(say)
    except NoBrowser as error:
        say(f"Nothing is tested in a browser: {error}")
        pytest.skip(str(error))


def find_browser(say: Callable[[str], None]) -> dict[str, Any]:
    """Return `browser`, a path, and `environment`, its variables.

    `EARSHOT_BROWSER` names a Chromium or Chrome; without it, the machine's own is used, else one is installed.

    Raises:
        NoBrowser: no browser starts.
    """
    found = os.environ.get("EARSHOT_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return {"browser": found, "environment": {}}
    if not sys.platform.startswith("linux") or os.uname().machine != "x86_64":
        raise NoBrowser("There is no Chromium here; EARSHOT_BROWSER=/path/to/chrome names one.")
    try:
        folder = _install("chromium", FOLDER / "chromium", say)
        unpacked = folder.parent / "unpacked"
        unpacked.mkdir(exist_ok=True)
        script = folder.parent / "unpack.mjs"
        script.write_text(UNPACK)
        environment = {**os.environ, "TMPDIR": str(unpacked), "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}
        done = subprocess.run([BIN / "node", script], env=environment, capture_output=True, text=True, check=True)
    except (AssertionError, OSError, subprocess.CalledProcessError) as error:
        raise NoBrowser(f"There is no Chromium here, and none could be installed: {error}") from error
    answer = json.loads(done.stdout)
    libraries = {"LD_LIBRARY_PATH": answer["libraries"]} if answer["libraries"] else {}
    return {"browser": answer["path"], "environment": libraries}


def drive_page(
    scenarios: Iterable[str], config: dict[str, Any], say: Callable[[str], None], driver: str = "drive.cjs"
) -> dict[str, dict[str, Any]]:
    """Return what each scenario of a driver in page/ saw: `result` or `error`, `complaints` and `violations`."""
    modules = _install("page", FOLDER, say)
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "NODE_PATH": str(modules)}
    done = subprocess.run(
        [str(BIN / "node"), str(FOLDER / driver), *scenarios],
        input=json.dumps(config),
        env=environment | config.get("environment", {}),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"The browser's driver ended with {done.returncode}:\n{done.stderr[-4000:]}"
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"scenario"')]
    return {line.pop("scenario"): line for line in lines}


def _install(name: str, folder: Path, say: Callable[[str], None]) -> Path:
    files = [folder / file for file in ("package.json", "package-lock.json", ".npmrc")]

    def install(target: Path) -> None:
        for file in files:
            shutil.copy(file, target)
        _run([str(BIN / "npm"), "ci", "--silent", "--ignore-scripts"], cwd=target)

    return _once(name, files, install, say) / "node_modules"


def checked(outcome: Seen) -> Seen:
    """Return what a scenario saw; it ended, and the browser complained of nothing."""
    assert "error" not in outcome, outcome["error"]
    assert outcome["complaints"] == []
    assert outcome["violations"] == []  # of the Content-Security-Policy
    result: Seen = outcome["result"]
    return result
