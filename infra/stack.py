"""The CloudFormation stack: all constructs, connected, and the stack's outputs."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, PermissionsBoundary, Stack
from constructs import Construct

from infra.api.rest_api import Api
from infra.callbacks import Callbacks
from infra.foundation import Foundation
from infra.jobs.job_machine import JobMachine
from infra.monitoring import Monitoring
from infra.nag import acknowledge_findings
from infra.settings import StackSettings
from infra.triggers import Triggers
from infra.workers.worker_machine import WorkerMachine


class Earshot(Stack):
    """The stack of one deployment. The CLI, users' scripts and the local cloud read its outputs."""

    def __init__(self, scope: Construct, id: str, settings: StackSettings, **kwargs: Any) -> None:
        # CloudFormation puts a stack's tags on its resources; ECS passes them on to managed instances.
        tags = {"Application": "Earshot", "Deployment": settings.name}
        boundary = settings.permissions_boundary
        if boundary:  # where an account's administrators refuse roles without one
            kwargs["permissions_boundary"] = PermissionsBoundary.from_name(boundary)
        super().__init__(scope, id, description="Earshot: hosted Whisper in your own account", tags=tags, **kwargs)
        base = Foundation.create(self, settings)
        worker_machine = WorkerMachine(self, "Workers", base)
        job_machine = JobMachine(self, "Jobs", base, worker_machine=worker_machine)
        api = Api(self, "Api", base, job_machine=job_machine)
        triggers = Triggers(self, "Triggers", base, job_machine=job_machine, worker_machine=worker_machine)
        Callbacks(self, "Callbacks", base, api=api, undelivered=triggers.undelivered)
        Monitoring(
            self,
            "Monitoring",
            base,
            api=api,
            job_machine=job_machine,
            worker_machine=worker_machine,
            undelivered=triggers.undelivered,
        )
        acknowledge_findings(self, base, job_machine, worker_machine)
        outputs = {
            "ApiUrl": api.url,
            "PageUrl": f"{api.url}/v1/",
            "UploadsBucket": base.storage.uploads.bucket_name,
            "TranscriptsBucket": base.storage.transcripts.bucket_name,
            "ModelsBucket": base.storage.models.bucket_name,
            "TableName": base.storage.table.table_name,
            "BusName": base.bus.event_bus_name,
            "JobMachineArn": job_machine.state_machine.state_machine_arn,
            "WorkerMachineArn": worker_machine.state_machine.state_machine_arn,
            "FastQueueUrl": base.queues.fast.queue_url,
            "BulkQueueUrl": base.queues.bulk.queue_url,
            "DeadQueueUrl": base.queues.dead.queue_url,
            "Settings": settings.to_json(),
        }
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)
