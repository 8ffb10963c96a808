"""Progress reports: seconds of audio that are done, written to the job's row, where callers see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from earshot_contract.documents.shards import Shard
from earshot_contract.keys import job_pk
from transcriber.logs import logger


class ProgressReports:
    """Writes the attributes `progress`, `working_since` and `progressed` of job rows.

    Args:
        dynamodb: boto3 client.
        table: name of the deployment's table.
    """

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb, self._table = dynamodb, table

    def report(self, shard: Shard, seconds_done: float, worked: float) -> None:
        """Report a shard's progress. An error is logged and changes nothing: no shard depends on it.

        Args:
            shard: the shard.
            seconds_done: seconds of its audio that are done, more than in the last report.
            worked: seconds since the worker received it.
        """
        now = datetime.now(UTC)
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key={"pk": {"S": job_pk(shard.job_id)}},
                UpdateExpression="SET #p.#s = :seconds, #w = if_not_exists(#w, :began), #n = :now",
                # A row without the attribute is of an older release, or gone.
                ConditionExpression="attribute_exists(#p)",
                ExpressionAttributeNames={
                    "#p": "progress",
                    "#s": f"shard{shard.index}",
                    "#w": "working_since",
                    "#n": "progressed",
                },
                ExpressionAttributeValues={
                    ":seconds": {"N": str(round(seconds_done, 1))},
                    ":began": {"S": _iso(now - timedelta(seconds=worked))},
                    ":now": {"S": _iso(now)},
                },
            )
        except (BotoCoreError, ClientError) as error:
            logger.info("Progress was not written", extra={"fields": {"job_id": shard.job_id, "reason": str(error)}})


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
