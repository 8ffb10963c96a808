"""ministack: changes that are acknowledged are on disk.

Why: ministack 1.5.33 saves rows, messages and executions when it stops, delivers events of S3 on a thread that a kill
    ends, and answers 200 to a PutObject whose file it could not write. Rows, messages, executions and events go to a
    journal here (`emulator/durability/durable_state.py`), which is committed before the answer
    (`emulator/durability/durable_answers.py`).
Upstream: none filed.
Remove when: ministack writes every store through before it answers.
Test: tests/localcloud/patches/test_ministack_storage.py::test_row_without_patch_is_in_memory_only
"""

from __future__ import annotations

from typing import Any

from localcloud.emulator.durability.durable_answers import note_write_error
from localcloud.emulator.durability.journal import JournalFull
from localcloud.emulator.queue_urls import keep_port_of_queues
from localcloud.patches.registry import Patch, Runtime, patch

SET_ITEM = "ministack.services.dynamodb:_set_item"
REMOVE_ITEM = "ministack.services.dynamodb:_remove_item"
LOAD = "ministack.app:_load_persisted_state"
ANNOUNCE = "ministack.services.s3:_fire_s3_event_async"
WRITE_FILE = "ministack.services.s3:_atomic_write"


def apply(runtime: Runtime) -> None:
    """Tell the durable state of each change, and load it after ministack's own saved state."""
    state = runtime.state

    def set_item(table: dict[str, Any], partition: str, sort: str, item: dict[str, Any]) -> Any:
        previous = original_set(table, partition, sort, item)
        state.save_row(table, partition, sort, item)
        return previous

    def remove_item(table: dict[str, Any], partition: str, sort: str) -> Any:
        previous = original_remove(table, partition, sort)
        if previous is not None:
            state.save_row(table, partition, sort, None)
        return previous

    def load() -> None:
        original_load()
        keep_port_of_queues()
        state.restore()

    def announce(bucket_name: str, key: str, event_name: str, **details: Any) -> None:
        try:
            state.announce(bucket_name, key, event_name, **details)
        except JournalFull as error:
            note_write_error(error)

    def write_file(path: str, content: Any, *, text: bool = False) -> None:
        try:
            original_write(path, content, text=text)
        except OSError as error:
            note_write_error(error)
            raise

    original_set = patch(SET_ITEM, set_item)
    original_remove = patch(REMOVE_ITEM, remove_item)
    original_load = patch(LOAD, load)
    original_write = patch(WRITE_FILE, write_file)
    patch(ANNOUNCE, announce)


PATCH = Patch(
    name="ministack-durable-state",
    needed_for="behaviour",
    points={
        SET_ITEM: "4e78ad492132cdba",
        REMOVE_ITEM: "5cce50c99688dab8",
        LOAD: "03de3b870e8f811f",
        ANNOUNCE: "d42619f0eb8691d5",
        WRITE_FILE: "24958052a85fea7c",
    },
    apply=apply,
)
