"""Triggers: S3 upload → job; every minute → scaler; every five → sweep; stopped execution, deleted upload → Fail.

And every day → the API's functions, so that they stay active.
"""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as scheduler_targets
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from earshot_contract.documents.schedule_events import KEEP_ACTIVE, RECONCILE
from infra.foundation import Foundation
from infra.jobs.job_machine import JobMachine
from infra.workers.worker_machine import WorkerMachine

# The whole detail: EventBridge writes an object as JSON. A string would be inserted without escaping, and a
# quotation mark in a key would break the document
# (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html).
DETAIL = events.EventField.from_path("$.detail")
ENDED_WITHOUT_SUCCESS = ["FAILED", "ABORTED", "TIMED_OUT"]


class Triggers(Construct):
    """EventBridge rules and schedules, with the queue `undelivered` for events that could not be delivered.

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
        self._build_deleted(base.storage.uploads, base.functions.all["fail"])
        self._build_minute(worker_machine.scale)
        self._build_sweep(job_machine.sweep)
        self._build_daily({"Api": base.functions.all["api"], "Authorize": base.functions.all["authorize"]})
        self._build_stopped(job_machine.state_machine, base.functions.all["fail"])
        for name in ("fail", "scale", "sweep"):
            self._keep_failed_events(base.functions.all[name])

    def _build_uploaded(self, uploads: s3.Bucket, state_machine: sfn.StateMachine) -> None:
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
                    input=events.RuleTargetInput.from_object({"upload": DETAIL}),
                )
            ],
        )

    def _build_deleted(self, uploads: s3.Bucket, fail: lambda_.Function) -> None:
        """Invoke `fail`, which has written why an upload failed, when the upload is deleted; not when it expires."""
        events.Rule(
            self,
            "Deleted",
            description="Removes what a failed upload has left, when it is deleted from the uploads bucket.",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Deleted"],
                detail={"bucket": {"name": [uploads.bucket_name]}, "reason": ["DeleteObject"]},
            ),
            targets=[
                targets.LambdaFunction(
                    fail,
                    dead_letter_queue=self.undelivered,
                    event=events.RuleTargetInput.from_object({"deleted": DETAIL}),
                )
            ],
        )

    def _build_minute(self, scale: lambda_.Function) -> None:
        text = "Launches workers for shards that wait after a race or a crash; reports those given up."
        self._invoke_every(Duration.minutes(1), scale, "Minute", text, op=RECONCILE)

    def _build_sweep(self, sweep: lambda_.Function) -> None:
        self._invoke_every(Duration.minutes(5), sweep, "Sweep", "Starts jobs again whose execution is gone.")

    def _build_daily(self, functions: Mapping[str, lambda_.Function]) -> None:
        """Invoke functions that a caller waits for: after weeks without a call Lambda would reject the first ones.

        State machines wait for theirs (`lambda_functions.add_waking_retry`), callers would get 429 for a minute or two.
        """
        text = "Keeps the function active, which Lambda makes inactive after weeks without a call."
        for name, function in functions.items():
            self._invoke_every(Duration.days(1), function, f"Daily{name}", text, op=KEEP_ACTIVE)

    def _invoke_every(
        self, period: Duration, function: lambda_.Function, name: str, description: str, *, op: str | None = None
    ) -> None:
        """Invoke a function once a period, with `{"op": op}` as its event; None: with the scheduler's own."""
        scheduler.Schedule(
            self,
            name,
            description=description,
            schedule=scheduler.ScheduleExpression.rate(period),
            target=scheduler_targets.LambdaInvoke(
                function,
                dead_letter_queue=self.undelivered,
                retry_attempts=0,  # the next period is the retry
                input=scheduler.ScheduleTargetInput.from_object({"op": op}) if op else None,
            ),
        )

    def _build_stopped(self, state_machine: sfn.StateMachine, fail: lambda_.Function) -> None:
        """Invoke `fail` for an execution that ended without success.

        One that was aborted or timed out never reaches its Fail state, and that state itself can fail: the row would
        stay `processing`. After a Fail state that did its work the row is `failed`, and the function finds nothing to
        do. A cancelled job's execution is stopped, too; its row is `cancelled` before that.
        """
        events.Rule(
            self,
            "Stopped",
            description="Marks a job failed whose execution ended without its Fail state.",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={"stateMachineArn": [state_machine.state_machine_arn], "status": ENDED_WITHOUT_SUCCESS},
            ),
            targets=[
                targets.LambdaFunction(
                    fail,
                    dead_letter_queue=self.undelivered,
                    event=events.RuleTargetInput.from_object({"stopped": DETAIL}),
                )
            ],
        )

    def _keep_failed_events(self, function: lambda_.Function) -> None:
        """Let Lambda send an event at which the function failed three times to the queue `undelivered`, with the error.

        No state machine and no caller notices such a failure. The queue has an alarm, which costs a tenth of a dollar a
        month for all of them; an alarm on the errors of each function would cost as much for each.
        """
        function.configure_async_invoke(on_failure=destinations.SqsDestination(self.undelivered))
