"""Data folder of a local cloud: its lock, and the check that its disk has room."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from pathlib import Path
from typing import IO, Any

from localcloud.emulator.durability.disk_space import NEW_WORK_BYTES

STOP_SECONDS = 5.0  # in which a local cloud that is just being stopped releases the lock
# Time in which an emulator ends after its `earshot up` was killed; until then it holds the lock. On two busy cores an
# emulator with work took 5 s; on two that had fifteen times the work they can do, more than 30.
ORPHAN_SECONDS = 60.0
_LOCK_PAUSE_SECONDS = 0.1  # between two tries to take the lock


class StartFailed(Exception):
    """The emulator ended before it served, or cannot start; the message names the log or the reason."""


def lock_folder(folder: Path) -> IO[str]:
    """Return the folder's lock file, locked until it is closed or this process ends.

    Raises:
        StartFailed: another local cloud has locked it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "lock").open("w")
    is_orphan = _is_orphan(folder)
    try:
        _lock(lock, time.monotonic() + (ORPHAN_SECONDS if is_orphan else STOP_SECONDS))
    except OSError as error:
        lock.close()
        if is_orphan:
            raise StartFailed(
                f"The local cloud in {folder} was killed, and its emulator has not ended yet. Try again in a minute."
            ) from error
        raise StartFailed(
            f"Another local cloud runs from {folder}{_address(folder)}. Stop it, or choose another folder with "
            "--data-dir."
        ) from error
    return lock


def _address(folder: Path) -> str:
    """Return where the local cloud of a folder serves, for the message; empty while it starts."""
    api = _addresses(folder).get("api")
    return f", at {api}" if api else ""


def _is_orphan(folder: Path) -> bool:
    """Return whether the process that last served from the folder was killed: a stop removes the file with its id."""
    pid = _addresses(folder).get("pid")
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it runs, as another user
        pass
    return False


def _addresses(folder: Path) -> dict[str, Any]:
    """Return `cloud.json` of the folder; empty while its cloud starts, and after a stop."""
    try:
        found = json.loads((folder / "cloud.json").read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _lock(lock: IO[str], deadline: float) -> None:
    """Lock a file, and wait for its owner's end until `deadline`, a value of time.monotonic()."""
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_LOCK_PAUSE_SECONDS)


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
