"""Journal: what was committed is read back, what could not be written is part of the next commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from localcloud.emulator.durability.journal import Journal, JournalFull


@pytest.fixture
def journal() -> Iterator[Journal]:
    with closing(Journal(":memory:")) as opened:
        yield opened


def test_committed_records_are_there_after_a_reopen(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "state" / "journal.sqlite")
    journal.put("row", ("t", "1"), {"a": 1})
    journal.put("row", ("t", "2"), {"a": 2})
    journal.commit()
    journal.delete("row", ("t", "1"))
    journal.put("row", ("t", "2"), {"a": 3})
    journal.commit()
    journal.put("row", ("t", "4"), {"a": 4})  # never committed

    journal.close()

    with closing(Journal(tmp_path / "state" / "journal.sqlite")) as again:
        assert list(again.records("row")) == [(("t", "2"), {"a": 3})]
        assert list(again.records("message")) == []


def test_record_is_written_as_it_was_when_put(journal: Journal) -> None:
    value = {"state": "RUNNING"}
    journal.put("execution", ("e",), value)
    value["state"] = "FAILED"
    journal.commit()

    assert list(journal.records("execution")) == [(("e",), {"state": "RUNNING"})]


def test_failed_commit_is_repeated_with_newer_values(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(changes: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    journal.put("row", ("1",), "old")
    journal.put("row", ("2",), "kept")
    with monkeypatch.context() as patch:
        patch.setattr(journal, "_write", full)
        with pytest.raises(JournalFull, match="disk is full"):
            journal.commit()
    assert list(journal.records("row")) == []
    journal.put("row", ("1",), "new")

    journal.commit()

    assert dict(journal.records("row")) == {("1",): "new", ("2",): "kept"}


def test_full_disk_leaves_no_part_of_a_commit(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "journal.sqlite")) as journal:
        journal.put("row", ("1",), "before")
        journal.commit()
        pages = journal.database.execute("PRAGMA page_count").fetchone()[0]
        journal.database.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own "disk is full"
        journal.put("row", ("2",), "small")
        journal.put("row", ("3",), "x" * 100_000)
        with pytest.raises(JournalFull, match="full"):
            journal.commit()
        assert dict(journal.records("row")) == {("1",): "before"}

        journal.database.execute("PRAGMA max_page_count = 1000000")
        journal.commit()

        assert len(dict(journal.records("row"))) == 3
