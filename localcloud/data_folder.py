"""Data folder of a local cloud: locked by the one that runs from it, on a disk that has room."""

from __future__ import annotations

import fcntl
import json
import shutil
import time
from pathlib import Path
from typing import IO

from localcloud.emulator.durability.disk_space import NEW_WORK_BYTES

ORPHAN_SECONDS = 5.0  # in which an emulator ends after its `earshot up` was killed; until then it holds the lock


class StartFailed(Exception):
    """The emulator ended before it served, or cannot start; the message names the log or the reason."""


def lock_folder(folder: Path) -> IO[str]:
    """Return the folder's lock file, locked until it is closed or this process ends.

    Raises:
        StartFailed: another local cloud has locked it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "lock").open("w")
    try:
        _lock(lock, time.monotonic() + ORPHAN_SECONDS)
    except OSError as error:
        lock.close()
        raise StartFailed(
            f"Another local cloud runs from {folder}{_address(folder)}. Stop it, or choose another folder with "
            "--data-dir."
        ) from error
    return lock


def _address(folder: Path) -> str:
    """Return where the local cloud of a folder serves, for the message; empty while it starts."""
    try:
        return f", at {json.loads((folder / 'cloud.json').read_text())['api']}"
    except (OSError, ValueError, KeyError):
        return ""


def _lock(lock: IO[str], deadline: float) -> None:
    """Lock a file, and wait for its owner's end until `deadline`, a value of time.monotonic()."""
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def check_disk(folder: Path) -> None:
    """Check that there is room for the start and for work.

    Raises:
        StartFailed: there is less than NEW_WORK_BYTES.
    """
    free = shutil.disk_usage(folder).free
    if free < NEW_WORK_BYTES:
        raise StartFailed(
            f"The disk is full: {free // 2**20} MB are free where {folder} is, and Earshot needs "
            f"{NEW_WORK_BYTES // 2**20} MB to start. Make room, or choose another folder with --data-dir."
        )
