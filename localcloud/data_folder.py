"""Data folder of a local cloud: its lock, and the check that its disk has room."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from pathlib import Path
from typing import IO

from localcloud.emulator.durability.disk_space import NEW_WORK_BYTES

STATE_FILE = "cloud.json"  # addresses and outputs, while the local cloud serves
STOP_SECONDS = 5.0  # in which a local cloud that is just being stopped releases the lock
# Time in which an emulator ends after its `earshot up` was killed; until then it holds the lock. On two busy cores an
# emulator with work took 5 s; on two that had fifteen times the work they can do, more than 30.
ORPHAN_SECONDS = 60.0
_LOCK_PAUSE_SECONDS = 0.1  # between two tries to take the lock


class StartFailed(Exception):
    """The emulator ended before it served, or cannot start; the message names the log or the reason."""


def lock_folder(folder: Path) -> IO[str]:
    """Return the folder's lock file, locked until it is closed, or this process and its emulator have ended.

    The file says from the first moment which process starts from the folder: a kill in the middle of a start leaves an
    emulator, too.

    Raises:
        StartFailed: another local cloud has locked it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.fdopen(os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o666), "r+")  # another's file is not emptied
    try:
        _lock(lock)
    except OSError as error:
        is_orphan = _is_orphan(lock)
        lock.close()
        if is_orphan:
            raise StartFailed(
                f"The local cloud in {folder} was killed, and its emulator has not ended yet. Try again in a minute."
            ) from error
        raise StartFailed(
            f"Another local cloud runs from {folder}{_address(folder)}. Stop it, or choose another folder with "
            "--data-dir."
        ) from error
    _write_owner(lock)
    return lock


def _address(folder: Path) -> str:
    """Return where the local cloud of a folder serves, for the message; empty while it starts."""
    try:
        found = json.loads((folder / STATE_FILE).read_text())
    except (OSError, ValueError):
        return ""
    return f", at {found['api']}" if isinstance(found, dict) and "api" in found else ""


def _write_owner(lock: IO[str]) -> None:
    """Write the id of this process over the earlier one, at a fixed length: no reader sees a part of it."""
    os.pwrite(lock.fileno(), b"%20d\n" % os.getpid(), 0)


def _is_orphan(lock: IO[str]) -> bool:
    """Return whether the process that locked the folder has ended, so that only its emulator still holds the lock."""
    owner = os.pread(lock.fileno(), 21, 0).strip()
    if not owner.isdigit():
        return False
    try:
        os.kill(int(owner), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it runs, as another user
        pass
    return False


def _lock(lock: IO[str]) -> None:
    """Lock a file; wait STOP_SECONDS for a running owner's end, ORPHAN_SECONDS for that of a killed one's emulator.

    Raises:
        OSError: the file is still locked.
    """
    started = time.monotonic()
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            # Asked each time: the owner may be killed meanwhile, and another start may take the lock before this one.
            if time.monotonic() - started > (ORPHAN_SECONDS if _is_orphan(lock) else STOP_SECONDS):
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
