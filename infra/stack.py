"""The CloudFormation stack: all constructs, connected, and the stack's outputs."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_events as events
from constructs import Construct

from infra.api import Api
from infra.callbacks import Callbacks
from infra.job_machine import JobMachine
from infra.lambda_functions import LambdaFunctions
from infra.monitoring import Monitoring
from infra.nag import acknowledge_findings
from infra.queues import Queues
from infra.settings import Parameters, StackSettings
from infra.storage import Storage
from infra.triggers import Triggers
from infra.worker_machine import WorkerMachine


class Earshot(Stack):
    """The stack of one deployment. The CLI, users' scripts and the local cloud read its outputs."""

    def __init__(self, scope: Construct, id: str, settings: StackSettings | None = None, **kwargs: Any) -> None:
        super().__init__(scope, id, description="Earshot: hosted Whisper in your own account", **kwargs)
        settings = settings or StackSettings.from_context(self.node)
        parameters = Parameters(self, settings)
        functions = LambdaFunctions(self, "Functions")
        storage = Storage(self, "Storage", settings)
        queues = Queues(self, "Queues")
        bus = events.EventBus(self, "Bus", description="What happened to transcriptions")
        worker_machine = WorkerMachine(
            self, "Workers", settings, parameters, queues=queues, functions=functions, storage=storage
        )
        job_machine = JobMachine(
            self,
            "Jobs",
            settings,
            parameters,
            queues=queues,
            bus=bus,
            worker_machine=worker_machine,
            functions=functions,
            storage=storage,
        )
        api = Api(
            self, "Api", settings, parameters, functions=functions, storage=storage, bus=bus, job_machine=job_machine
        )
        triggers = Triggers(
            self,
            "Triggers",
            uploads=storage.uploads,
            state_machine=job_machine.state_machine,
            scale=worker_machine.scale,
            fail=functions.all["fail"],
        )
        Callbacks(
            self,
            "Callbacks",
            parameters,
            functions=functions,
            storage=storage,
            bus=bus,
            undelivered=triggers.undelivered,
        )
        Monitoring(
            self,
            "Monitoring",
            settings,
            api=api,
            job_machine=job_machine,
            worker_machine=worker_machine,
            queues=queues,
            functions=functions,
            undelivered=triggers.undelivered,
        )
        acknowledge_findings(self, storage, job_machine)
        outputs = {
            "ApiUrl": api.url,
            "UploadsBucket": storage.uploads.bucket_name,
            "TranscriptsBucket": storage.transcripts.bucket_name,
            "ModelsBucket": storage.models.bucket_name,
            "TableName": storage.table.table_name,
            "BusName": bus.event_bus_name,
            "JobMachineArn": job_machine.state_machine.state_machine_arn,
            "WorkerMachineArn": worker_machine.state_machine.state_machine_arn,
            "FastQueueUrl": queues.fast.queue_url,
            "BulkQueueUrl": queues.bulk.queue_url,
            "DeadQueueUrl": queues.dead.queue_url,
        }
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)
