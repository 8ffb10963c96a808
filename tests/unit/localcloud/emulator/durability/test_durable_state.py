"""Durable state: what comes back from the journal after the emulator was killed, and what does not."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import pytest

from localcloud.emulator.durability.durable_state import INTERRUPTED_ERROR, DurableState, has_task_token
from localcloud.emulator.durability.journal import Journal

TABLE = {"TableArn": "arn:t", "TableId": "1"}
ARN = "arn:aws:states:us-east-1:000000000000:execution:m:e"
QUEUE = ("000000000000", "us-east-1", "http://q")


class Store(dict[Any, Any]):
    """ministack's store, keyed by account, region and name."""

    @property
    def _data(self) -> dict[Any, Any]:
        return self

    def all_items(self) -> list[Any]:
        return list(self.items())

    def all_values(self) -> list[Any]:
        return list(self.values())

    def get(self, name: Any, default: Any = None) -> Any:
        return next((value for key, value in self.items() if key[2] == name), default)

    def set_scoped(self, account: str, region: str, name: str, value: Any) -> None:
        self[account, region, name] = value


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A table, a queue and no execution; the modules of ministack that hold them."""
    table: dict[str, Any] = {**TABLE, "items": defaultdict(dict)}
    found = SimpleNamespace(
        dynamodb=SimpleNamespace(_tables=Store({("a", "r", "t"): table}), _items_replaced=lambda table: None),
        sqs=SimpleNamespace(_queues=Store({QUEUE: {"messages": []}})),
        stepfunctions=SimpleNamespace(_executions=Store(), now_iso=lambda: "now"),
        rows=lambda: {pk: dict(rows) for pk, rows in table["items"].items()},
        messages=lambda: found.sqs._queues[QUEUE]["messages"],
    )
    for name in ("dynamodb", "sqs", "stepfunctions"):
        monkeypatch.setitem(__import__("sys").modules, f"ministack.services.{name}", getattr(found, name))
        monkeypatch.setattr("ministack.services." + name, getattr(found, name), raising=False)
    return found


@pytest.fixture
def journal(stores: Any) -> Iterator[Journal]:
    """The journal of a local cloud that has started once."""
    with closing(Journal(":memory:")) as opened:
        DurableState(opened).restore()
        yield opened


def message(body: str, sent_at: float = 1.0, receives: int = 0) -> dict[str, Any]:
    return {"id": body, "body": body, "sent_at": sent_at, "visible_at": 5e9, "receive_count": receives}


def test_rows_come_back_but_not_slots_of_dead_workers(stores: Any, journal: Journal) -> None:
    state = DurableState(journal)
    for partition in ("JOB#1", "JOB#2", "SLOT#000"):
        state.save_row(TABLE, partition, "", {"pk": {"S": partition}})
    state.save_row(TABLE, "JOB#2", "", None)
    state.save_row({**TABLE, "TableId": "of a deleted table"}, "JOB#3", "", {})
    journal.commit()

    DurableState(journal).restore()

    assert stores.rows() == {"JOB#1": {"": {"pk": {"S": "JOB#1"}}}}
    assert len(list(journal.records("row"))) == 1


def test_messages_come_back_visible_but_not_old_task_tokens(stores: Any, journal: Journal) -> None:
    state = DurableState(journal)
    shard = json.dumps({"task_token": "t", "shard": {}})
    stores.messages().extend([message("second", 2.0, 1), message("first", 1.0), message("gone"), message(shard)])
    state.save_messages()
    stores.messages().pop(2)
    state.save_messages()
    journal.commit()

    DurableState(journal).restore()

    first, second = stores.messages()
    assert (first["body"], second["body"]) == ("first", "second")
    assert first["visible_at"] == 5e9  # its delay goes on
    assert second["visible_at"] < 5e9  # who received it is dead
    assert second["receive_count"] == 1


def test_running_execution_is_interrupted_until_restarted(stores: Any, journal: Journal) -> None:
    executions = stores.stepfunctions._executions
    executions["000000000000", "us-east-1", ARN] = {"status": "RUNNING", "input": "{}"}
    DurableState(journal).save_execution(ARN)
    journal.commit()
    executions.clear()

    for _ in range(2):  # a kill before it was started again changes nothing
        DurableState(journal).restore()
        record = executions["000000000000", "us-east-1", ARN]
        assert (record["status"], record["error"], record["input"]) == ("FAILED", INTERRUPTED_ERROR, "{}")

    executions.clear()
    DurableState(journal).save_execution(ARN)  # dropped by ministack
    journal.commit()
    assert not list(journal.records("execution"))


def test_state_without_journal_fills_it(stores: Any) -> None:
    stores.dynamodb._tables["a", "r", "t"]["items"]["JOB#1"][""] = {"pk": {"S": "JOB#1"}}
    stores.messages().append(message("kept"))

    with closing(Journal(":memory:")) as journal:
        DurableState(journal).restore()

        assert [key for key, _ in journal.records("row")] == [("arn:t", "1", "JOB#1", "")]
        assert [record["body"] for _, record in journal.records("message")] == ["kept"]
        assert stores.rows()


@pytest.mark.parametrize(("body", "found"), [('{"task_token": "t"}', True), ("{}", False), ("x", False), ("[]", False)])
def test_shard_message_is_known_by_its_token(body: str, found: bool) -> None:
    assert has_task_token(body) is found
