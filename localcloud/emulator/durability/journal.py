"""Journal of the emulator's records on disk, for `durable_state.py`: written before a request is answered.

A SQLite database in WAL mode with `synchronous=NORMAL`: a commit is a write to the system's cache without fsync, 0.2 ms
here where an fsync takes 6 ms (ext4 on a virtual disk). Committed records survive the death of any process. A power
cut may lose the newest commits, never the older ones, and does not damage the file.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

FILE = "journal.sqlite"  # in the folder of the saved state

Key = tuple[str, ...]


class JournalFull(Exception):
    """A commit failed, usually because the disk is full. Its changes are part of the next commit."""


class Journal:
    """Records by kind and key. Changes are collected until `commit`, which writes them together.

    Methods may be called from any thread.

    Args:
        path: path of the database; `:memory:` keeps nothing.
        default: turns a value that JSON does not know into one.
        object_hook: undoes that when the records are read.
    """

    def __init__(
        self,
        path: Path | str,
        default: Callable[[Any], Any] | None = None,
        object_hook: Callable[[dict[str, Any]], Any] | None = None,
    ) -> None:
        if isinstance(path, Path):
            path.parent.mkdir(parents=True, exist_ok=True)
        self.folder = Path(path).parent
        self.default, self.object_hook = default, object_hook
        self.pending: dict[tuple[str, str], str | None] = {}
        self.changing, self.committing = threading.Lock(), threading.Lock()
        self.database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute("PRAGMA synchronous=NORMAL")
        self.database.execute(
            "CREATE TABLE IF NOT EXISTS records "
            "(kind TEXT, key TEXT, value TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )

    def put(self, kind: str, key: Key, value: Any) -> None:
        """Write a record with the next commit, as it is now."""
        with self.changing:
            self.pending[kind, json.dumps(key)] = json.dumps(value, default=self.default)

    def delete(self, kind: str, key: Key) -> None:
        """Delete a record with the next commit."""
        with self.changing:
            self.pending[kind, json.dumps(key)] = None

    def close(self) -> None:
        """Close the database; changes that were not committed are lost."""
        self.database.close()

    def commit(self) -> None:
        """Write all changes in one transaction.

        Raises:
            JournalFull: the disk has no space for the changes; none of them was written.
        """
        with self.committing:
            with self.changing:
                changes, self.pending = self.pending, {}
            if not changes:
                return
            try:
                self._write(changes)
            except sqlite3.Error as error:
                with self.changing:
                    self.pending = changes | self.pending
                raise JournalFull(str(error)) from error

    def records(self, kind: str) -> Iterator[tuple[Key, Any]]:
        """Return the committed records of a kind."""
        with self.committing:
            rows = self.database.execute("SELECT key, value FROM records WHERE kind = ?", (kind,)).fetchall()
        for key, value in rows:
            yield tuple(json.loads(key)), json.loads(value, object_hook=self.object_hook)

    def _write(self, changes: dict[tuple[str, str], str | None]) -> None:
        written = [(*key, value) for key, value in changes.items() if value is not None]
        deleted = [key for key, value in changes.items() if value is None]
        self.database.execute("BEGIN IMMEDIATE")
        try:
            self.database.executemany("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", written)
            self.database.executemany("DELETE FROM records WHERE kind = ? AND key = ?", deleted)
            self.database.execute("COMMIT")
        except sqlite3.Error:
            if self.database.in_transaction:
                self.database.execute("ROLLBACK")
            raise
