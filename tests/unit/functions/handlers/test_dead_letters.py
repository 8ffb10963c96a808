"""Dead letters: shards that no worker finished fail the tasks that wait for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from earshot_contract.documents.shards import ShardMessage
from functions.aws import step_functions
from functions.aws.clients import client
from functions.aws.queues import dead_letter_queue
from functions.aws.queues.dead_letter_queue import DeadLetter
from functions.handlers.scale import dead_letters, handler
from functions.settings import settings
from tests.fixtures.results.finished_jobs import sample

Answers = list[tuple[str, str, str]]
UNREADABLE = '{"task_token": "token-1", "shard": {"index": "first"}}'


class Queue:
    """A dead-letter queue whose messages are received two at a time."""

    def __init__(self, *bodies: str) -> None:
        self.letters = [DeadLetter(body, f"receipt-{n}") for n, body in enumerate(bodies)]

    def received(self) -> list[DeadLetter]:
        return self.letters[:2]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    sent: Answers = []
    monkeypatch.setattr(step_functions, "fail_task", lambda *answer: sent.append(answer) is None)
    return sent


@pytest.fixture
def fill(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Queue]:
    def filled(*bodies: str) -> Queue:
        queue = Queue(*bodies)
        monkeypatch.setattr(dead_letter_queue, "receive", queue.received)
        monkeypatch.setattr(dead_letter_queue, "delete", queue.letters.remove)
        return queue

    return filled


def test_dead_letters_fail_their_tasks(
    fill: Callable[..., Queue], answers: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    letter = json.dumps(sample("shard-message"))
    queue = fill("not a shard", letter, UNREADABLE)

    assert dead_letters.answer() == 3

    (token, error, cause), unreadable = answers
    assert (token, error) == (ShardMessage.from_json(letter).task_token, "Worker.GaveUp")
    assert "shard 1 of 1" in cause
    assert unreadable[:2] == ("token-1", "Worker.Internal")
    assert "$.shard" in unreadable[2]
    assert queue.letters == []
    assert '"ShardsGivenUp":[3.0]' in capsys.readouterr().out


def test_letter_whose_task_cannot_be_answered_is_kept(
    fill: Callable[..., Queue], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_: Any) -> bool:
        raise ConnectionError

    queue = fill(UNREADABLE)
    monkeypatch.setattr(step_functions, "fail_task", unavailable)
    with pytest.raises(ConnectionError):
        dead_letters.answer()
    assert len(queue.letters) == 1, "the next run answers it"


def test_empty_queue_counts_nothing(fill: Callable[..., Queue], capsys: pytest.CaptureFixture[str]) -> None:
    """A metric is billed for each hour in which it is written, also as 0."""
    fill()
    assert dead_letters.answer() == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("event", "looks"), [({"op": "reconcile"}, 1), ({"incoming": 12.0, "shards": 1}, 0)])
def test_run_of_every_minute_looks_for_dead_letters(
    monkeypatch: pytest.MonkeyPatch, context: Any, event: dict[str, Any], looks: int
) -> None:
    looked: list[bool] = []
    monkeypatch.setattr(handler, "_scale", lambda _: ["SLOT#000"])
    monkeypatch.setattr(dead_letters, "answer", lambda: looked.append(True))
    assert handler.handler(event, context) == {"launched": ["SLOT#000"]}
    assert len(looked) == looks


@pytest.mark.usefixtures("aws")
def test_letter_of_the_queue_is_deleted_once_answered(answers: Answers) -> None:
    queue = settings().dead_queue_url
    client("sqs").send_message(QueueUrl=queue, MessageBody=UNREADABLE)
    assert (dead_letters.answer(), len(answers)) == (1, 1)
    left = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert (left["ApproximateNumberOfMessages"], left["ApproximateNumberOfMessagesNotVisible"]) == ("0", "0")
