"""The Worker state machine: launches worker containers, one execution a slot."""

from __future__ import annotations

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.capacity import Capacity
from infra.foundation import Foundation
from infra.lambda_functions import lambda_task
from infra.logs import state_machine_logs
from infra.worker_task import WorkerTask

# Maximum run time of a worker task. Step Functions then stops it, the worker drains and exits, and a new one is
# launched if work is left.
MAX_TASK_TIME = Duration.hours(12)


class WorkerMachine(Construct):
    """Capacity, task definition and state machine of the workers, and the functions `scale` and `settle`.

    One execution is one worker slot: launch a container, wait for its end, settle the slot, repeat while work is left.
    """

    def __init__(self, scope: Construct, id: str, base: Foundation) -> None:
        super().__init__(scope, id)
        self._base = base
        self._environment = {
            "TABLE": base.storage.table.table_name,
            "FAST_QUEUE_URL": base.queues.fast.queue_url,
            "BULK_QUEUE_URL": base.queues.bulk.queue_url,
        }
        self._capacity = Capacity(self, "Capacity", base.settings)
        self._worker_task = WorkerTask(self, "Transcriber", base)
        self.role = self._worker_task.definition.task_role
        self._settle = self._build_settle()
        self.state_machine = self._build_machine()
        self.scale = self._build_scale()

    def _build_settle(self) -> lambda_.Function:
        settle = self._base.functions.add("settle", self._environment, timeout=Duration.seconds(30))
        self._base.storage.grant_table(settle, "GetItem", "UpdateItem", "DeleteItem")
        self._grant_queue_length(settle)
        return settle

    def _build_scale(self) -> lambda_.Function:
        settings, parameters = self._base.settings, self._base.parameters
        scale = self._base.functions.add(
            "scale",
            self._environment
            | {
                "WORKER_MACHINE_ARN": self.state_machine.state_machine_arn,
                "MAX_WORKERS": parameters.max_workers,
                "IDLE_SECONDS": parameters.idle_seconds,
                "SPEED": str(settings.speed),
                "DRAIN_SECONDS": str(settings.drain_seconds),
            },
            timeout=Duration.seconds(30),
        )
        self._base.storage.grant_table(scale, "GetItem", "UpdateItem", "DeleteItem")
        self._grant_queue_length(scale)
        self.state_machine.grant_start_execution(scale)
        return scale

    def _grant_queue_length(self, function: lambda_.Function) -> None:
        for queue in (self._base.queues.fast, self._base.queues.bulk):
            queue.grant(function, "sqs:GetQueueAttributes")

    def _build_machine(self) -> sfn.StateMachine:
        slot = {"slot": sfn.JsonPath.string_at("$.slot"), "lease": sfn.JsonPath.string_at("$.lease")}
        settle = lambda_task(self, "SettleSlot", self._settle, slot | {"failed": False}, "$.settled")
        cool_slot = lambda_task(self, "CoolSlot", self._settle, slot | {"failed": True}, sfn.JsonPath.DISCARD)
        cool_slot.next(sfn.Fail(self, "NoWorker", error="Worker.NoCapacity", cause="No worker could be launched."))

        launches = [
            self._launch(f"RunWorker{name}", target, network_options)
            for name, target, network_options in self._capacity.launch_targets
        ]
        for launch, fallback in zip(launches, [*launches[1:], cool_slot], strict=True):
            # Reaching MAX_TASK_TIME is no failure. A reclaimed Spot instance, or no instance, leads to the next kind of
            # capacity.
            launch.add_catch(settle, errors=["States.Timeout"], result_path="$.error")
            launch.add_catch(fallback, result_path="$.error")
            launch.next(settle)

        renew = sfn.Pass(
            self,
            "RenewLease",
            parameters={
                "slot": sfn.JsonPath.string_at("$.slot"),
                "lease": sfn.JsonPath.string_at("$.settled.Payload.lease"),
                "idle": sfn.JsonPath.number_at("$.idle"),
            },
        )
        work_left = sfn.Choice(self, "WorkLeft?")
        work_left.when(sfn.Condition.boolean_equals("$.settled.Payload.relaunch", True), renew.next(launches[0]))
        work_left.otherwise(sfn.Succeed(self, "Drained"))
        settle.next(work_left)
        return sfn.StateMachine(
            self,
            "Machine",
            comment="One execution is one worker slot: launch, drain, settle.",
            definition_body=sfn.DefinitionBody.from_chainable(launches[0]),
            tracing_enabled=True,
            logs=state_machine_logs(self, "worker"),
        )

    def _launch(self, name: str, target: tasks.IEcsLaunchTarget, network_options: dict[str, Any]) -> tasks.EcsRunTask:
        """Build the state that runs a container and waits for its end."""
        path, definition = sfn.JsonPath, self._worker_task.definition
        environment = {
            "SLOT": path.string_at("$.slot"),
            "LEASE": path.string_at("$.lease"),
            # A number in the state, a string in the environment.
            "IDLE_SECONDS": path.format("{}", path.string_at("$.idle")),
        }
        assert definition.default_container is not None
        launch = tasks.EcsRunTask(
            self,
            name,
            integration_pattern=sfn.IntegrationPattern.RUN_JOB,
            cluster=self._capacity.cluster,
            task_definition=definition,
            launch_target=target,
            container_overrides=[
                tasks.ContainerOverride(
                    container_definition=definition.default_container,
                    environment=[tasks.TaskEnvironmentVariable(name=k, value=v) for k, v in environment.items()],
                )
            ],
            result_path=path.DISCARD,
            task_timeout=sfn.Timeout.duration(MAX_TASK_TIME),
            **network_options,
        )
        launch.add_retry(
            # Throttling of RunTask is reported under one of the first two names.
            errors=["ECS.AmazonECSException", "ECS.InvalidParameterException", "ECS.ServerException"],
            interval=Duration.seconds(5),
            max_attempts=3,
            backoff_rate=2,
            jitter_strategy=sfn.JitterType.FULL,
        )
        return launch
