"""The fast tests and the main job on every other Python that Earshot supports and this machine has.

`python -m tests.every_python [--list]`; the environments stand in build/python-3.N and are made from
requirements.lock, as .venv is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.paths import ROOT

OLDEST, NEWEST = (3, 11), (3, 14)  # as in the Makefile
MAIN_JOB = "tests/localcloud/cli/test_up.py"
UV = Path(sys.executable).with_name("uv")


def interpreters() -> dict[tuple[int, int], Path]:
    """The newest patch release of each minor version that this machine has, this one's left out."""
    found: dict[tuple[int, int], tuple[int, Path]] = {}
    for candidate in candidates():
        try:
            answer = subprocess.run(
                [candidate, "-c", "import sys, venv, ensurepip; print(*sys.version_info[:3])"],
                capture_output=True,
                text=True,
                timeout=20,
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if answer.returncode:
            continue  # no release with `venv`, or a shim that leads nowhere
        major, minor, patch = map(int, answer.stdout.split())
        version = (major, minor)
        if (
            OLDEST <= version <= NEWEST
            and version != sys.version_info[:2]
            and patch >= found.get(version, (-1, Path()))[0]
        ):
            found[version] = patch, candidate
    return {version: path for version, (_, path) in sorted(found.items())}


def candidates() -> Iterator[Path]:
    """Programs called python3.N on the PATH, and what pyenv installed."""
    for folder in map(Path, os.environ.get("PATH", "").split(os.pathsep)):
        if folder.is_dir():
            yield from (path for path in folder.iterdir() if re.fullmatch(r"python3\.\d+", path.name))
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob("versions/3.*/bin/python3"))


def environment(version: tuple[int, int], python: Path) -> Path:
    """The interpreter of an environment with everything of requirements.lock in it."""
    folder = ROOT / "build" / f"python-{version[0]}.{version[1]}"
    lock = (ROOT / "requirements.lock").read_text() + (ROOT / "pyproject.toml").read_text()
    stamp, inside = folder / "requirements.lock", folder / "bin" / "python"
    if not stamp.is_file() or stamp.read_text() != lock:
        shutil.rmtree(folder, ignore_errors=True)
        uv("venv", "--quiet", "--python", python, folder)
        uv("pip", "sync", "--quiet", "--python", inside, "--require-hashes", ROOT / "requirements.lock")
        uv("pip", "install", "--quiet", "--python", inside, "--no-deps", "--no-build-isolation", "--editable", ROOT)
        stamp.write_text(lock)
    return inside


def uv(*arguments: str | Path) -> None:
    subprocess.run([UV, *arguments], check=True)


def run(version: tuple[int, int], python: Path) -> bool:
    """Whether the fast tests and the main job pass there; both at once, because the main job mostly waits."""
    print(f"Python {name(version)} ({python}): the fast tests and the main job …", flush=True)
    inside = environment(version, python)
    # As the Makefile does for the unit tier: the plugin of schemathesis takes a second to import, in each process.
    options = ["-n", str(os.cpu_count()), "-p", "no:cacheprovider", "-p", "no:schemathesis"]
    fast = [inside, "-m", "pytest", "tests/unit", "-m", "not slow", *options]
    main = [inside, "-m", "pytest", MAIN_JOB, "-p", "no:cacheprovider"]
    env = {**os.environ, "HYPOTHESIS_PROFILE": "few"}
    output = ROOT / "build" / f"python-{name(version)}.log"
    with output.open("wb") as log, subprocess.Popen(main, cwd=ROOT, env=env, stdout=log, stderr=log) as main_job:
        codes = [subprocess.run(fast, cwd=ROOT, env=env).returncode, main_job.wait()]
    print(output.read_text(), end="", flush=True)
    return not any(codes)


def name(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


if __name__ == "__main__":
    others = interpreters()
    here = name(sys.version_info[:2])
    if not others or "--list" in sys.argv:
        print(f"Ran on Python {here} only; others here: {', '.join(map(name, others)) or 'none'} (make test-pythons).")
        sys.exit()
    failed = [version for version, python in others.items() if not run(version, python)]
    print(f"Also run on Python {', '.join(map(name, others))}; failed on {', '.join(map(name, failed)) or 'none'}.")
    sys.exit(bool(failed))
