"""The Worker state machine: launches worker containers, one execution a slot."""

from __future__ import annotations

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from earshot_contract.timeouts import ON_DEMAND_LAUNCH_SECONDS, SPOT_LAUNCH_SECONDS
from earshot_contract.worker_kinds import WorkerKind
from infra.foundation import Foundation
from infra.lambda_functions import lambda_task
from infra.logs import state_machine_logs
from infra.workers.capacity import Capacity, LaunchTarget
from infra.workers.failure_states import after_failure
from infra.workers.quick_worker import QuickWorker
from infra.workers.worker_task import WorkerTask

# Maximum run time of a worker task. Step Functions then stops it, the worker drains and exits, and a new one is
# launched if work is left.
MAX_TASK_TIME = Duration.hours(12)
LAUNCH_SECONDS = {"Spot": SPOT_LAUNCH_SECONDS, "OnDemand": ON_DEMAND_LAUNCH_SECONDS}
# Errors with which the branches of a launch end: a Parallel state stops its other branch when one ends in an error.
ENDED, FAILED, NOT_STARTED = "Worker.Ended", "Worker.Failed", "Worker.NotStarted"


class WorkerMachine(Construct):
    """Capacity, task definition and state machine of the workers, and the functions `scale` and `settle`.

    One execution is one worker slot: launch a container or invoke the quick worker, wait for its end, settle the slot,
    repeat while work is left.
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
        self.task = WorkerTask(self, "Transcriber", base)
        self._environment["WORKER_VERSION"] = self.task.version
        self.role = self.task.definition.task_role
        self.quick_worker = QuickWorker(self, "Quick", base) if base.settings.quick_workers else None
        self._settle = self._build_settle()
        self.state_machine = self._build_machine()
        self.scale = self._build_scale()

    def _build_settle(self) -> lambda_.Function:
        environment = self._environment | self._policy_environment()
        settle = self._base.functions.add("settle", environment, timeout=Duration.seconds(30))
        self._base.storage.grant_table(settle, "GetItem", "BatchGetItem", "UpdateItem", "DeleteItem")
        self._grant_queue_length(settle)
        return settle

    def _build_scale(self) -> lambda_.Function:
        scale = self._base.functions.add(
            "scale",
            self._environment
            | self._policy_environment()
            | {
                "WORKER_MACHINE_ARN": self.state_machine.state_machine_arn,
                "DEAD_QUEUE_URL": self._base.queues.dead.queue_url,
            },
            timeout=Duration.seconds(30),
            scheduled=True,
        )
        self._base.storage.grant_table(scale, "GetItem", "BatchGetItem", "UpdateItem", "DeleteItem")
        self._grant_queue_length(scale)
        # JobMachine adds the grant to answer the tasks of dead letters.
        self._base.queues.dead.grant(scale, "sqs:ReceiveMessage", "sqs:DeleteMessage")
        self.state_machine.grant_start_execution(scale)
        self.state_machine.grant_execution(scale, "states:StopExecution")
        return scale

    def _policy_environment(self) -> dict[str, str]:
        """Return the settings from which the policy decides what to launch."""
        settings = self._base.settings
        return {
            "MAX_WORKERS": str(settings.max_workers),
            "IDLE_SECONDS": str(settings.idle_seconds),
            "SPEED": str(settings.speed),
            "DRAIN_SECONDS": str(settings.drain_seconds),
            "WORKER_PRICE": str(settings.worker_price),
            "QUICK_WORKERS": str(settings.quick_workers),
            "QUICK_MEMORY": str(settings.quick_memory),
        }

    def _grant_queue_length(self, function: lambda_.Function) -> None:
        for queue in (self._base.queues.fast, self._base.queues.bulk):
            queue.grant(function, "sqs:GetQueueAttributes")

    def _build_machine(self) -> sfn.StateMachine:
        path = sfn.JsonPath
        question = {"failed": False, "execution": path.execution_name, "worker": path.string_at("$.kind")}
        settle = self._ask("SettleSlot", question, "$.settled")
        cool_slot = self._ask("CoolSlot", question | {"failed": True, "error": path.object_at("$.error")}, "$.settled")

        launches = [self._launch(target) for target in self._capacity.launch_targets]
        first = self._choose_kind(launches[0], settle, cool_slot)
        kinds = [kind for kind, _, _ in self._capacity.launch_targets]
        fallbacks = [self._keep_slot(kind, launch) for kind, launch in zip(kinds[1:], launches[1:], strict=True)]
        for launch, fallback in zip(launches, [*fallbacks, cool_slot], strict=True):
            launch.add_catch(settle, errors=[ENDED], result_path="$.error")
            launch.add_catch(fallback, result_path="$.error")
            launch.next(settle)

        renew = sfn.Pass(
            self,
            "RenewLease",
            parameters={
                "slot": path.string_at("$.slot"),
                "lease": path.string_at("$.settled.Payload.lease"),
                "idle": path.number_at("$.settled.Payload.idle"),
                "kind": path.string_at("$.kind"),
                "queues": path.string_at("$.settled.Payload.queues"),
            },
        )
        cool_slot.next(after_failure(self, renew))
        work_left = sfn.Choice(self, "WorkLeft?")
        work_left.when(sfn.Condition.boolean_equals("$.settled.Payload.relaunch", True), renew.next(first))
        work_left.otherwise(sfn.Succeed(self, "Drained"))
        settle.next(work_left)
        machine = sfn.StateMachine(
            self,
            "Machine",
            comment="One execution is one worker slot: launch, drain, settle.",
            definition_body=sfn.DefinitionBody.from_chainable(first),
            tracing_enabled=True,
            logs=state_machine_logs(self, "worker"),
        )
        # A launch names the family and gets its newest revision; the CDK allows the one of this template. While an
        # upgrade runs, or is rolled back, they differ for minutes, and launches would be denied.
        machine.add_to_role_policy(iam.PolicyStatement(actions=["ecs:RunTask"], resources=[self.task.every_revision]))
        return machine

    def _choose_kind(self, task: sfn.IChainable, settle: sfn.IChainable, cool_slot: sfn.IChainable) -> sfn.IChainable:
        """Build the state that chooses the kind of worker; without quick workers there is one kind."""
        if self.quick_worker is None:
            return task
        quick = self.quick_worker.invocation(self)
        quick.add_catch(cool_slot, result_path="$.error")
        kind = sfn.Choice(self, "Kind?")
        kind.when(sfn.Condition.string_equals("$.kind", WorkerKind.QUICK.value), quick.next(settle))
        return kind.otherwise(task)

    def _ask(self, name: str, question: dict[str, Any], result_path: str | None) -> tasks.LambdaInvoke:
        """Build a state that invokes Settle with the slot, its lease and `question`."""
        slot = {"slot": sfn.JsonPath.string_at("$.slot"), "lease": sfn.JsonPath.string_at("$.lease")}
        return lambda_task(self, name, self._settle, slot | question, result_path)

    def _keep_slot(self, kind: str, launch: sfn.Parallel) -> sfn.IChainable:
        """Build the states between a kind of capacity that failed and the next: log why, extend the lease."""
        question = {"op": "keep", "kind": f"before {kind}", "error": sfn.JsonPath.object_at("$.error")}
        kept = sfn.Choice(self, f"StillOurs{kind}?")
        kept.when(sfn.Condition.boolean_equals("$.kept.Payload.held", True), launch)
        kept.otherwise(sfn.Succeed(self, f"LeaseLost{kind}", comment="Another execution has the slot."))
        return self._ask(f"KeepSlot{kind}", question, "$.kept").next(kept)

    def _launch(self, target: LaunchTarget) -> sfn.Parallel:
        """Build the state that runs a container to its end, or until its launch deadline.

        The second branch waits and looks whether the worker has renewed its lease. A branch that fails makes Step
        Functions stop the other, and with `.sync` also the task ("a different branch of a Parallel state fails",
        https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync). So the first
        branch ends in an error in any case; otherwise the state would wait for the second.
        """
        kind, launch_target, network_options = target
        path = sfn.JsonPath
        ended = sfn.Fail(self, f"Ended{kind}", error=ENDED, cause="The worker has ended.")
        failed = sfn.Fail(self, f"Failed{kind}", error=FAILED, cause_path="$.error.Cause")
        run = self._run_task(f"RunWorker{kind}", launch_target, network_options)
        # Reaching MAX_TASK_TIME is no failure. A reclaimed Spot instance, or no instance, leads to the next kind.
        run.add_catch(ended, errors=["States.Timeout"], result_path="$.error")
        run.add_catch(failed, result_path="$.error")
        run.next(ended)

        started = sfn.Succeed(self, f"Started{kind}")
        check = self._ask(f"CheckStart{kind}", {"op": "started"}, "$.check")
        check.add_catch(started, result_path=path.DISCARD)  # a missing answer must not stop a worker
        late = sfn.Fail(self, f"NotStarted{kind}", error=NOT_STARTED, cause="The task missed its launch deadline.")
        deadline = sfn.Wait(
            self,
            f"LaunchDeadline{kind}",
            time=sfn.WaitTime.duration(Duration.seconds(LAUNCH_SECONDS[kind])),
        )
        has_started = sfn.Choice(self, f"Started{kind}?")
        has_started.when(sfn.Condition.boolean_equals("$.check.Payload.started", True), started).otherwise(late)
        return sfn.Parallel(self, f"Launch{kind}", result_path=path.DISCARD).branch(
            run, deadline.next(check).next(has_started)
        )

    def _run_task(self, name: str, target: tasks.IEcsLaunchTarget, network_options: dict[str, Any]) -> tasks.EcsRunTask:
        """Build the state that runs a container and waits for its end."""
        path, definition = sfn.JsonPath, self.task.definition
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
            # Until the launch deadline, which ends the state.
            interval=Duration.seconds(5),
            max_attempts=30,
            max_delay=Duration.seconds(60),
            backoff_rate=2,
            jitter_strategy=sfn.JitterType.FULL,
        )
        return launch
