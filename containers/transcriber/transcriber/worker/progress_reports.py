"""Progress reports: seconds of audio that are done, written to the job's row for those who watch it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from earshot_contract.keys import job_pk
from earshot_contract.shards import Shard
from transcriber.logs import logger


class ProgressReports:
    """Writes the attributes `progress` and `working_since` of job rows.

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
            seconds_done: of its audio.
            worked: seconds since the worker received it.
        """
        began = datetime.now(UTC) - timedelta(seconds=worked)
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key={"pk": {"S": job_pk(shard.job_id)}},
                UpdateExpression="SET #p.#s = :seconds, #w = if_not_exists(#w, :began)",
                # A row without the attribute is of an older release, or gone.
                ConditionExpression="attribute_exists(#p)",
                ExpressionAttributeNames={
                    "#p": "progress",
                    "#s": f"shard{shard.index}",
                    "#w": "working_since",
                },
                ExpressionAttributeValues={
                    ":seconds": {"N": str(round(seconds_done, 1))},
                    ":began": {"S": began.isoformat(timespec="milliseconds").replace("+00:00", "Z")},
                },
            )
        except (BotoCoreError, ClientError) as error:
            logger.info("Progress was not written", extra={"fields": {"job_id": shard.job_id, "reason": str(error)}})
