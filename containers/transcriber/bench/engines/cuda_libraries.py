"""GPU host: the card's name, its memory in use, and the cuBLAS library that ctranslate2 opens."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

_NEEDED = "libcublas.so.12"  # the only CUDA library that ctranslate2 4.8 opens by name
_PATTERNS = ("/usr/local/cuda*/lib64", "/usr/local/cuda*/targets/*/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib64")


def card() -> str:
    """Return the names of the GPUs, their memory and driver; empty where there is none."""
    return "; ".join(dict.fromkeys(_query("name,memory.total,driver_version").splitlines()))


def memory_in_use() -> str:
    """Return the MiB in use on the first GPU; empty where there is none."""
    return _query("memory.used").splitlines()[0].split()[0] if _query("memory.used") else ""


def _query(fields: str) -> str:
    try:
        run = subprocess.run(
            ["nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout.strip() if run.returncode == 0 else ""


def provide_cublas(folder: Path, opens: Callable[[str], object] = ctypes.CDLL, folders: Sequence[Path] = ()) -> str:
    """Let the contestants find cuBLAS, by LD_LIBRARY_PATH; return a sentence that says which one they get.

    A host may have it only in a Python package, or only CUDA 13's. That one is offered under the name of 12, in the
    hope that ctranslate2 finds the functions it calls there, too: tried on no card yet.

    Args:
        folder: where a link is made if one is needed.
        opens: opens a library by name, or raises OSError.
        folders: folders to look into; default: those of CUDA's packages, of Python's and of the system.
    """
    try:
        opens(_NEEDED)
    except OSError:
        pass
    else:
        return f"cuBLAS: {_NEEDED}, found by the system."
    for name in (_NEEDED, "libcublas.so.13"):
        for directory in folders or _folders():
            if not (library := directory / name).exists():
                continue
            path = [str(directory)]
            if name != _NEEDED:
                link = folder / _NEEDED
                link.unlink(missing_ok=True)
                link.symlink_to(library.resolve())
                path.insert(0, str(folder))
            os.environ["LD_LIBRARY_PATH"] = ":".join([*path, *filter(None, [os.environ.get("LD_LIBRARY_PATH")])])
            return f"cuBLAS: {library}" + ("." if name == _NEEDED else f", under the name {_NEEDED}.")
    return f"cuBLAS: none was found, and ctranslate2 needs {_NEEDED}: `pip install nvidia-cublas-cu12`."


def _folders() -> list[Path]:
    packages = [Path(entry) / "nvidia" for entry in sys.path if entry]
    found = [folder for package in packages for folder in sorted(package.glob("*/lib")) if package.is_dir()]
    for pattern in _PATTERNS:
        found += sorted(Path("/").glob(pattern.removeprefix("/")))
    return found
