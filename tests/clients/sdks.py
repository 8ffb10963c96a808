"""The real SDKs and programs: installed once, pinned and locked, into folders of their own; driven as processes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "clients"
BIN = Path(sys.executable).parent  # uv, node and npm are packages of the environment
SECONDS = 400  # a driver with all its scenarios, on a busy machine


@dataclass(frozen=True)
class Sdk:
    """`lock` names the SDK's lock file for Python; JavaScript's SDKs stand in one package-lock.json."""

    name: str
    driver: str
    lock: str | None = None

    @property
    def retries(self) -> bool:
        """Whether the SDK tries again after a 503 by itself."""
        return self.name in ("deepgram-7", "js-deepgram-5", "openai", "openai-1", "js-openai")


SDKS = {
    sdk.name: sdk
    for sdk in (
        Sdk("deepgram-3", "python/deepgram_3.py", "deepgram-3"),
        Sdk("deepgram-4", "python/deepgram_3.py", "deepgram-4"),
        Sdk("deepgram-5", "python/deepgram_5.py", "deepgram-5"),
        Sdk("deepgram-7", "python/deepgram_5.py", "deepgram-7"),
        Sdk("openai", "python/openai_audio.py", "openai"),
        Sdk("openai-1", "python/openai_audio.py", "openai-1"),
        Sdk("captions", "python/captions.py", "captions"),
        Sdk("js-deepgram-3", "js/deepgram_3.cjs"),
        Sdk("js-deepgram-5", "js/deepgram_5.cjs"),
        Sdk("js-openai", "js/openai_audio.cjs"),
        Sdk("js-captions", "js/captions.cjs"),
        Sdk("litellm", "python/programs.py", "programs"),
        Sdk("langchain", "python/programs.py", "programs"),
        Sdk("llamaindex", "python/programs.py", "programs"),
        Sdk("haystack", "python/programs.py", "programs"),
        Sdk("js-ai", "js/ai_sdk.cjs"),
    )
}


def drive(
    sdk: Sdk, scenarios: Iterable[str], config: dict[str, str], say: Callable[[str], None]
) -> dict[str, dict[str, Any]]:
    """Outcome of each scenario: `{"result": …}` or `{"error": {type, status, message, body}}`.

    The process sees its own SDK and nothing of this environment's packages.
    """
    if sdk.lock:
        command = [sys.executable, "-S", str(HERE / sdk.driver)]
        paths = {"PYTHONPATH": str(python_packages(sdk.lock, say))}
    else:
        command = [str(BIN / "node"), str(HERE / sdk.driver)]
        paths = {"NODE_PATH": str(_javascript(say))}
    done = subprocess.run(
        [*command, *scenarios],
        input=json.dumps(config),
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **paths},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{sdk.name} ended with {done.returncode}:\n{done.stderr[-4000:]}"
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"scenario"')]
    return {line.pop("scenario"): line for line in lines}


def python_packages(lock: str, say: Callable[[str], None]) -> Path:
    """The folder of an SDK's packages."""
    requirements = HERE / "locks" / f"{lock}.txt"

    def install(target: Path) -> None:
        uv = [str(BIN / "uv"), "pip", "install", "--quiet", "--python", sys.executable]
        _run([*uv, "--target", str(target), "--require-hashes", "--requirements", str(requirements)])

    return _once(lock, [requirements], install, say)


def _javascript(say: Callable[[str], None]) -> Path:
    files = [HERE / "js" / name for name in ("package.json", "package-lock.json", ".npmrc")]

    def install(target: Path) -> None:
        for file in files:
            shutil.copy(file, target)
        _run([str(BIN / "npm"), "ci", "--silent", "--ignore-scripts"], cwd=target)

    return _once("js", files, install, say) / "node_modules"


def _once(name: str, locks: list[Path], install: Callable[[Path], None], say: Callable[[str], None]) -> Path:
    """The folder for just these locks; made whole before it has its name, so that half of one is never used.

    Test processes that need it at once wait for the one that installs it.
    """
    digest = hashlib.sha256(b"".join(lock.read_bytes() for lock in locks)).hexdigest()[:12]
    ready = CACHE / f"{name}-{digest}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(CACHE / f"{name}.lock"):
        if not ready.exists():
            say(f"Installing the client {name} into {ready.relative_to(CACHE.parents[1])} …")
            making = Path(tempfile.mkdtemp(prefix=f"{name}.", dir=CACHE))
            install(making)
            making.rename(ready)
    return ready


def _run(command: list[str], cwd: Path | None = None) -> None:
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command[:3])} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
