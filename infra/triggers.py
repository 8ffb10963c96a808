"""Triggers: S3 upload → job, every minute → scaler, stopped execution → Fail."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as scheduler_targets
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from functions.errors import STOPPED
from infra.foundation import Foundation
from infra.job_machine import JobMachine
from infra.worker_machine import WorkerMachine


class Triggers(Construct):
    """EventBridge rules and the schedule, with the queue `undelivered` for events that could not be delivered.

    An upload starts the Job machine directly, without a function in between.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        base: Foundation,
        *,
        job_machine: JobMachine,
        worker_machine: WorkerMachine,
    ) -> None:
        super().__init__(scope, id)
        self.undelivered = sqs.Queue(
            self,
            "Undelivered",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        self._build_uploaded(base.storage.uploads, job_machine.state_machine)
        self._build_minute(worker_machine.scale)
        self._build_stopped(job_machine.state_machine, base.functions.all["fail"])

    def _build_uploaded(self, uploads: s3.Bucket, state_machine: sfn.StateMachine) -> None:
        field = events.EventField.from_path
        upload = {
            "bucket": field("$.detail.bucket.name"),
            "key": field("$.detail.object.key"),
            "version": field("$.detail.object.version-id"),  # always present, because the bucket is versioned
            "sequencer": field("$.detail.object.sequencer"),
            "size": field("$.detail.object.size"),
        }
        events.Rule(
            self,
            "Uploaded",
            description="Starts a job for each object created in the uploads bucket.",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={"bucket": {"name": [uploads.bucket_name]}},
            ),
            targets=[
                targets.SfnStateMachine(
                    state_machine,
                    dead_letter_queue=self.undelivered,
                    input=events.RuleTargetInput.from_object({"upload": upload}),
                )
            ],
        )

    def _build_minute(self, scale: lambda_.Function) -> None:
        scheduler.Schedule(
            self,
            "Minute",
            description="Launches workers for shards that are still waiting after a race or a crash.",
            schedule=scheduler.ScheduleExpression.rate(Duration.minutes(1)),
            target=scheduler_targets.LambdaInvoke(
                scale,
                dead_letter_queue=self.undelivered,
                retry_attempts=0,  # the next minute is the retry
                input=scheduler.ScheduleTargetInput.from_object({"op": "reconcile"}),
            ),
        )

    def _build_stopped(self, state_machine: sfn.StateMachine, fail: lambda_.Function) -> None:
        """Invoke `fail` for an execution that was aborted or timed out.

        Such an execution never reaches its Fail state, and its row would stay `processing`. A cancelled job's execution
        is stopped, too; its row is `cancelled` before that.
        """
        field = events.EventField.from_path
        events.Rule(
            self,
            "Stopped",
            description="Marks a job failed whose execution was aborted or timed out.",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={"stateMachineArn": [state_machine.state_machine_arn], "status": ["ABORTED", "TIMED_OUT"]},
            ),
            targets=[
                targets.LambdaFunction(
                    fail,
                    dead_letter_queue=self.undelivered,
                    event=events.RuleTargetInput.from_object(
                        {
                            "input": field("$.detail.input"),
                            "execution": field("$.detail.executionArn"),
                            "error": {"Error": STOPPED, "Cause": field("$.detail.status")},
                        }
                    ),
                )
            ],
        )
