"""What a worker writes of its progress to a job's row."""

from __future__ import annotations

from typing import Any

from tests.fixtures.transcriber import make_shard
from transcriber.worker.shards.progress_reports import ProgressReports


def row(account: Any) -> dict[str, Any]:
    return account.clients.dynamodb.get_item(TableName="table", Key={"pk": {"S": "JOB#j1"}}).get("Item", {})


def test_report_is_written_to_the_row_of_its_job(account: Any) -> None:
    account.clients.dynamodb.put_item(TableName="table", Item={"pk": {"S": "JOB#j1"}, "progress": {"M": {}}})
    reports = ProgressReports(account.clients.dynamodb, "table")

    reports.report(make_shard(index=3, count=4), 12.34, worked=10.0)
    first = row(account)
    reports.report(make_shard(index=1, count=4), 5.0, worked=1.0)
    second = row(account)

    assert first["progress"] == {"M": {"shard3": {"N": "12.3"}}}
    assert second["progress"] == {"M": {"shard3": {"N": "12.3"}, "shard1": {"N": "5.0"}}}
    assert second["working_since"] == first["working_since"]  # of whichever shard reported first
    assert second["progressed"]["S"] >= first["progressed"]["S"] > first["working_since"]["S"]


def test_report_makes_no_row(account: Any) -> None:
    """The job was deleted meanwhile, or its row is of an older release."""
    ProgressReports(account.clients.dynamodb, "table").report(make_shard(), 1.0, worked=1.0)

    assert row(account) == {}
