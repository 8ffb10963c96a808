"""Reap: dead letters fail the tasks that wait for them."""

from __future__ import annotations

from typing import Any

import pytest

from earshot_contract.shards import ShardMessage
from functions.aws import step_functions
from functions.handlers.reap.handler import handler as reap
from tests.fixtures.finished_jobs import sample


def test_dead_letters_fail_their_tasks(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[tuple[str, str, str]] = []
    monkeypatch.setattr(step_functions, "fail_task", lambda *answer: answers.append(answer) is None)
    letters = sample("dead-letters")
    letters["Records"].insert(0, {"messageId": "odd", "body": "not a shard"})
    reap(letters, context)
    ((token, error, cause),) = answers
    assert token == ShardMessage.from_json(sample("dead-letters")["Records"][0]["body"]).task_token
    assert error == "Worker.GaveUp"
    assert "shard 1 of 1" in cause


def test_unreadable_letter_with_token_fails_its_task(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[tuple[str, str, str]] = []
    monkeypatch.setattr(step_functions, "fail_task", lambda *answer: answers.append(answer) is None)
    body = '{"task_token": "token-1", "shard": {"index": "first"}}'

    reap({"Records": [{"messageId": "odd", "body": body}]}, context)

    ((token, error, cause),) = answers
    assert (token, error) == ("token-1", "Worker.Internal")
    assert "$.shard" in cause
