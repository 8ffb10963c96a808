"""Durable state: rows, messages, executions and S3 events of ministack's stores, written to the journal as they change.

The patch `ministack_durable_state` and the execution runner call the methods; `durable_answers.py` commits before a
request is answered. S3 objects are files, which ministack writes before it answers; `durable_uploads.py` has the
uploads in parts. All other state changes with the stack only, and is saved by `configuration_snapshot.py`.
"""

from __future__ import annotations

import contextvars
import json
import threading
import time
import uuid
from collections import defaultdict
from typing import Any

from earshot_contract.keys import SLOT_PK_PREFIX
from localcloud.emulator.durability.durable_uploads import DurableUploads
from localcloud.emulator.durability.journal import Journal, JournalFull, Key
from localcloud.emulator.durability.packed_history import PackedHistory

INTERRUPTED_ERROR = "States.ServiceRestart"  # ministack's name for executions that ended with the emulator
ROW, MESSAGE, EXECUTION, EVENT, SEEDED = "row", "message", "execution", "event", "seeded"  # kinds of records


class DurableState:
    """State that the emulator still has after it was killed.

    Args:
        journal: where it is written.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal, self.uploads = journal, DurableUploads(journal)
        self.lock = threading.Lock()
        self.is_stopping = False  # set when the emulator begins to stop; what fails from then on was interrupted
        self.receives: dict[Key, dict[str, int]] = defaultdict(dict)  # queue → id → receives, as last written

    # -- changes -------------------------------------------------------------------------------------------

    def save_row(self, table: dict[str, Any], partition: str, sort: str, item: dict[str, Any] | None) -> None:
        """Write a row of a DynamoDB table; None deletes it."""
        key = (table["TableArn"], table["TableId"], partition, sort)
        if item is None:
            self.journal.delete(ROW, key)
        else:
            self.journal.put(ROW, key, item)

    def save_execution(self, arn: str) -> None:
        """Write an execution's record, or delete it if ministack has dropped it."""
        from ministack.services import stepfunctions

        record = stepfunctions._executions.get(arn)
        if record is None:
            self.journal.delete(EXECUTION, (arn,))
        else:
            self.journal.put(EXECUTION, (arn,), record)

    def save_messages(self) -> None:
        """Write what changed in the queues since the last call: sent, received, moved and deleted messages."""
        from ministack.services import sqs

        with self.lock:
            queues = {(*scope[:2], str(scope[2])): queue for scope, queue in sqs._queues.all_items()}
            for scope in [*queues, *(self.receives.keys() - queues.keys())]:
                self._save_queue(scope, list(queues[scope]["messages"]) if scope in queues else [])

    def _save_queue(self, scope: Key, messages: list[dict[str, Any]]) -> None:
        written = self.receives[scope]
        if not written and not messages:
            return
        current = {message["id"]: message for message in messages}
        for message_id in written.keys() - current.keys():
            self.journal.delete(MESSAGE, (*scope, message_id))
        for message_id, message in current.items():
            if written.get(message_id) != message["receive_count"]:
                self.journal.put(MESSAGE, (*scope, message_id), message)
        self.receives[scope] = {message_id: message["receive_count"] for message_id, message in current.items()}

    # -- events of S3 --------------------------------------------------------------------------------------

    def announce(self, bucket: str, key: str, event_name: str, **details: Any) -> None:
        """Write an event of S3 to disk, then deliver it on another thread, as ministack's `_fire_s3_event_async`.

        The event is on disk before the object is: a kill between the two leaves an event without an object, which is
        dropped, and never an object without a job.

        Raises:
            JournalFull: the event is not on disk, and is not delivered.
        """
        from ministack.core.responses import get_account_id, get_region
        from ministack.services import s3

        if bucket not in s3._bucket_notifications:
            return
        details["sequencer"] = s3._next_event_sequencer(event_name)
        record = (get_account_id(), get_region(), str(uuid.uuid4()))
        event = {"bucket_name": bucket, "key": key, "event_name": event_name, **details}
        self.journal.put(EVENT, record, event)
        self.journal.commit()
        arguments = (self.deliver, record, event)
        threading.Thread(target=contextvars.copy_context().run, args=arguments, daemon=True, name="s3-event").start()

    def deliver(self, record: Key, event: dict[str, Any]) -> None:
        """Deliver an event of S3; it leaves the journal together with what it caused, an execution or a message."""
        from ministack.services import s3

        s3._fire_s3_event(**event)
        self.save_messages()
        self.journal.delete(EVENT, record)
        try:
            self.journal.commit()
        except JournalFull:
            return  # the next commit takes these changes along

    def deliver_pending(self) -> int:
        """Deliver the events that a kill kept from delivery; return how many."""
        from ministack.core.responses import request_scope

        pending = list(self.journal.records(EVENT))
        for record, event in pending:
            with request_scope(*record[:2]):
                if object_exists(event):
                    self.deliver(record, event)
                else:
                    self.journal.delete(EVENT, record)
        self.journal.commit()
        return len(pending)

    # -- after a start -------------------------------------------------------------------------------------

    def restore(self) -> None:
        """Put the journal's records in the place of those that ministack loaded, which may be older.

        State that ended with the emulator is left out: slots of workers, and messages whose task token no execution
        waits for. Interrupted executions send theirs again. The first start with a journal fills the journal instead.
        """
        if not list(self.journal.records(SEEDED)):
            self._seed()
            return
        self._restore_rows()
        self._restore_messages()
        self._restore_executions()
        self.uploads.restore()
        self.journal.commit()

    def _seed(self) -> None:
        from ministack.services import dynamodb, stepfunctions

        for table in dynamodb._tables.all_values():
            for partition, rows in table["items"].items():
                for sort, item in rows.items():
                    self.save_row(table, partition, sort, item)
        for (_, _, arn), record in stepfunctions._executions.all_items():
            self.journal.put(EXECUTION, (arn,), record)
        self.save_messages()
        self.journal.put(SEEDED, (), True)
        self.journal.commit()

    def _restore_rows(self) -> None:
        from ministack.services import dynamodb

        tables = {(table["TableArn"], table["TableId"]): table for table in dynamodb._tables.all_values()}
        for table in tables.values():
            table["items"] = defaultdict(dict)
        for (arn, table_id, partition, sort), item in self.journal.records(ROW):
            owner = tables.get((arn, table_id))
            if owner is None or partition.startswith(SLOT_PK_PREFIX):
                self.journal.delete(ROW, (arn, table_id, partition, sort))
            else:
                owner["items"][partition][sort] = item
        for table in tables.values():
            dynamodb._items_replaced(table)

    def _restore_messages(self) -> None:
        from ministack.services import sqs

        queues = {(*scope[:2], str(scope[2])): queue for scope, queue in sqs._queues.all_items()}
        for queue in queues.values():
            queue["messages"] = []
        now = time.time()
        for key, message in sorted(self.journal.records(MESSAGE), key=lambda record: record[1]["sent_at"]):
            owner = queues.get(key[:3])
            if owner is None or has_task_token(message["body"]):
                self.journal.delete(MESSAGE, key)
                continue
            # The receiver ended with the last process; a delay that has not passed stays.
            delayed = not message["receive_count"]
            message |= {"receipt_handle": None, "visible_at": message["visible_at"] if delayed else now}
            owner["messages"].append(message)
            self.receives[key[:3]][message["id"]] = message["receive_count"]

    def _restore_executions(self) -> None:
        from ministack.services import stepfunctions

        stepfunctions._executions._data.clear()
        for (arn,), record in self.journal.records(EXECUTION):
            _, _, _, region, account, *_ = arn.split(":")
            if record["status"] == "RUNNING":  # it stays so in the journal until it is started again
                cause = "The local cloud was stopped."
                now = stepfunctions.now_iso()
                record |= {"status": "FAILED", "stopDate": now, "error": INTERRUPTED_ERROR, "cause": cause}
            record["events"] = PackedHistory(record.get("events", []))
            stepfunctions._executions.set_scoped(account, region, arn, record)


def has_task_token(body: str) -> bool:
    """Return whether a message's body is a shard message."""
    try:
        document = json.loads(body)
    except ValueError:
        return False
    return isinstance(document, dict) and "task_token" in document


def object_exists(event: dict[str, Any]) -> bool:
    """Return whether the object of an event, in the event's version, is there; True for events of deletions."""
    from ministack.services import s3

    if "ObjectRemoved" in event["event_name"]:
        return True
    bucket, key, version = event["bucket_name"], event["key"], event.get("version_id")
    if version:
        return any(each["version_id"] == version for each in s3._object_versions.get((bucket, key)) or [])
    return key in (s3._buckets.get(bucket) or {"objects": {}})["objects"]
