"""The Job state machine: one execution transcribes one audio source."""

from __future__ import annotations

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from earshot_contract.keys import (
    ERROR_FILE,
    JOBS_PREFIX,
    LISTING_INDEX,
    UPLOADS_PREFIX,
    WORK_PREFIX,
    manifest_key,
    redacted_audio_key,
    spans_key,
)
from infra.foundation import Foundation
from infra.jobs.shard_states import send_and_wait, shards_map
from infra.lambda_functions import lambda_task
from infra.logs import state_machine_logs
from infra.settings import ALLOW_PRIVATE_URLS
from infra.workers.worker_machine import WorkerMachine


class JobMachine(Construct):
    """Prepare → Map over shards (send to a queue, wait for a worker's answer) → Assemble → Announce; failure → Fail.

    Between Prepare and the shards of a long file a worker plans where it is cut.
    """

    def __init__(self, scope: Construct, id: str, base: Foundation, *, worker_machine: WorkerMachine) -> None:
        super().__init__(scope, id)
        self._base = base
        self._environment = {
            "TABLE": base.storage.table.table_name,
            "TRANSCRIPTS_BUCKET": base.storage.transcripts.bucket_name,
            "RETENTION_DAYS": str(base.settings.retention_days),
        }
        self._build_prepare(worker_machine.scale)
        self._build_assemble()
        self._build_announce_and_fail()
        self.state_machine = self._build_machine()
        self.state_machine.grant_task_response(worker_machine.role)
        if worker_machine.quick_worker:
            operations = ("Success", "Failure", "Heartbeat")
            self._grant_answers("QuickAnswers", worker_machine.quick_worker.role, *operations)
        scale = worker_machine.scale.role
        assert isinstance(scale, iam.Role)
        self._grant_answers("DeadLetterAnswers", scale, "Failure")
        self.sweep = self._build_sweep()

    def _grant_answers(self, id: str, role: iam.Role, *operations: str) -> None:
        """Allow a function to answer task tokens, in a policy of its own.

        A function depends on its role's default policy, and this machine, by way of Scale and the Worker machine, on
        the function: there the grant would close a circle.
        """
        statement = iam.PolicyStatement(
            actions=[f"states:SendTask{operation}" for operation in operations],
            resources=[self.state_machine.state_machine_arn],
        )
        iam.Policy(self, id, statements=[statement], roles=[role])

    def _build_prepare(self, scale: lambda_.Function) -> None:
        storage = self._base.storage
        prepare = self._base.functions.add(
            "prepare",
            self._environment
            | {
                "MODELS_BUCKET": storage.models.bucket_name,
                "BUS": self._base.bus.event_bus_name,
                "SCALE_FUNCTION": scale.function_name,
                "DEFAULT_MODEL": self._base.settings.default_model,
                "ALLOW_PRIVATE_URLS": ALLOW_PRIVATE_URLS,
                "SPEED": str(self._base.settings.speed),
                "DRAIN_SECONDS": str(self._base.settings.drain_seconds),
                "MAX_WORKERS": str(self._base.settings.max_workers),
            },
            timeout=Duration.minutes(15),  # for a download of two gigabytes over a slow connection
            memory=1024,
        )
        storage.grant_table(prepare, "GetItem", "PutItem", "UpdateItem")
        storage.grant_objects(prepare, storage.uploads, "*", "GetObject", "GetObjectVersion")
        storage.grant_objects(
            prepare,
            storage.transcripts,
            f"{WORK_PREFIX}*",
            *("GetObject", "PutObject", "AbortMultipartUpload", "DeleteObject"),
        )
        storage.grant_objects(prepare, storage.transcripts, f"{UPLOADS_PREFIX}*", "DeleteObject")
        storage.grant_objects(prepare, storage.models, manifest_key("*"), "GetObject")
        for bucket in (storage.uploads, storage.transcripts, storage.models):
            storage.grant_list(prepare, bucket)
        self._base.bus.grant_put_events_to(prepare)
        # Not `grant_invoke`, which allows versions and aliases, too.
        iam.Grant.add_to_principal(
            grantee=prepare, actions=["lambda:InvokeFunction"], resource_arns=[scale.function_arn]
        )

    def _build_assemble(self) -> None:
        storage = self._base.storage
        assemble = self._base.functions.add(
            "assemble",
            self._environment
            | {
                "WORKER_PRICE": str(self._base.settings.worker_price),
                "QUICK_MEMORY": str(self._base.settings.quick_memory),
            },
            timeout=Duration.minutes(5),
            memory=1024,
        )
        storage.grant_table(assemble, "GetItem", "UpdateItem")
        storage.grant_objects(assemble, storage.transcripts, f"{WORK_PREFIX}*", "GetObject", "DeleteObject")
        storage.grant_objects(assemble, storage.transcripts, spans_key("*", "*"), "PutObject")
        storage.grant_objects(assemble, storage.transcripts, redacted_audio_key("*"), "GetObject")
        for prefix in (f"{JOBS_PREFIX}*", f"{UPLOADS_PREFIX}*"):
            # DeleteObject: the error and the audio of an earlier upload; all of a job that is cancelled meanwhile.
            storage.grant_objects(assemble, storage.transcripts, prefix, "PutObject", "DeleteObject")
        storage.grant_list(assemble, storage.transcripts)

    def _build_announce_and_fail(self) -> None:
        for name in ("announce", "fail"):
            function = self._base.functions.add(
                name, self._environment | {"BUS": self._base.bus.event_bus_name}, timeout=Duration.seconds(30)
            )
            self._base.bus.grant_put_events_to(function)
        self._base.storage.grant_table(self._base.functions.all["announce"], "GetItem")
        # PutItem: Prepare may have failed before it wrote the row of an upload.
        self._base.storage.grant_table(self._base.functions.all["fail"], "GetItem", "PutItem", "UpdateItem")
        # The results of an earlier upload under the key of one that failed; shards' results that `redact` forbids.
        fail, transcripts = self._base.functions.all["fail"], self._base.storage.transcripts
        for prefix in (f"{UPLOADS_PREFIX}*", f"{WORK_PREFIX}*"):
            self._base.storage.grant_objects(fail, transcripts, prefix, "DeleteObject")
        self._base.storage.grant_objects(fail, transcripts, f"{UPLOADS_PREFIX}*.{ERROR_FILE}", "PutObject")
        self._base.storage.grant_list(fail, transcripts)

    def _build_sweep(self) -> lambda_.Function:
        """Build the function that starts jobs again whose execution is gone."""
        base = self._base
        sweep = base.functions.add(
            "sweep",
            self._environment
            | {"BUS": base.bus.event_bus_name, "JOB_MACHINE_ARN": self.state_machine.state_machine_arn},
            timeout=Duration.minutes(2),
            scheduled=True,
        )
        base.storage.grant_table(sweep, "UpdateItem")
        base.storage.grant_query(sweep, LISTING_INDEX)
        base.bus.grant_put_events_to(sweep)
        self.state_machine.grant_start_execution(sweep)
        self.state_machine.grant(sweep, "states:ListExecutions")
        self.state_machine.grant_execution(sweep, "states:DescribeExecution")
        return sweep

    def _build_machine(self) -> sfn.StateMachine:
        path = sfn.JsonPath
        prepare = self._lambda_task("Prepare", {"input": path.entire_payload, "execution": path.execution_id})
        shards = shards_map(self, self._base.queues)
        assemble = self._lambda_task("Assemble", {"job_id": path.string_at("$.job_id")})
        announce = self._lambda_task("Announce", {"job_id": path.string_at("$.job_id")})
        fail = self._lambda_task(
            "Fail",
            {
                "input": path.object_at("$$.Execution.Input"),
                "execution": path.execution_id,
                "error": path.object_at("$.error"),
            },
            result_path=path.DISCARD,
        )
        fail.next(sfn.Fail(self, "Failed", error="Job.Failed", cause="The job's row and its event say why."))
        cut = self._lambda_task(
            "Cut",
            {
                "planned": True,
                "job_id": path.string_at("$.job_id"),
                "group": path.string_at("$.group"),
                "shards": path.object_at("$.shards"),
                "execution": path.execution_id,
            },
            function="prepare",
        )
        # With `redact_audio`: a worker writes the copy, then Assemble runs again and completes the job.
        copies = send_and_wait(self, "CopyAudio", self._base.queues.bulk, "copy")
        for state in (prepare, cut, shards, assemble, copies, announce):
            state.add_catch(fail, result_path="$.error")

        announce.next(sfn.Succeed(self, "Done"))
        copies.next(assemble)
        copied = sfn.Choice(self, "Copy?").when(sfn.Condition.is_present("$.copy"), copies).otherwise(announce)
        run = shards.next(assemble).next(copied)
        plan = send_and_wait(self, "Plan", self._base.queues.fast, "shard", "$.plan")
        plan.add_catch(cut, result_path="$.error")  # without a plan the file stays whole, and its worker says why
        plan.next(cut)
        long = sfn.Choice(self, "Long?").when(sfn.Condition.boolean_equals("$.cut", True), plan).otherwise(run)
        cut.next(
            sfn.Choice(self, "StillRuns?")
            .when(sfn.Condition.boolean_equals("$.go", True), shards)
            .otherwise(sfn.Succeed(self, "CancelledMeanwhile"))
        )
        known = sfn.Choice(self, "Known?").when(sfn.Condition.boolean_equals("$.go", True), long)
        known.otherwise(sfn.Succeed(self, "AlreadyKnown", comment="A second delivery, a cancel, a folder marker."))
        # No timeout of the execution: it would end without Fail. Every state has its own timeout.
        return sfn.StateMachine(
            self,
            "Machine",
            comment="One execution is one audio source.",
            definition_body=sfn.DefinitionBody.from_chainable(prepare.next(known)),
            tracing_enabled=True,
            logs=state_machine_logs(self, "job"),
        )

    def _lambda_task(
        self, name: str, payload: dict[str, Any], result_path: str | None = None, function: str = ""
    ) -> tasks.LambdaInvoke:
        """Build a state that invokes a function, by default the one of the same name."""
        return lambda_task(self, name, self._base.functions.all[function or name.lower()], payload, result_path)
