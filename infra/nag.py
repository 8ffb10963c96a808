"""Acknowledged findings of cdk-nag, each with its reason. Any other finding makes the synthesis fail."""

from __future__ import annotations

import aws_cdk as cdk

from earshot_contract.keys import (
    ERROR_FILE,
    JOBS_PREFIX,
    UPLOADS_PREFIX,
    WORK_PREFIX,
    edits_key,
    manifest_key,
    redacted_audio_key,
    spans_key,
)
from infra.foundation import Foundation
from infra.jobs.job_machine import JobMachine
from infra.workers.worker_machine import WorkerMachine

ACKNOWLEDGED = {
    "IAM5[Resource::*]": (
        "X-Ray, ecr:GetAuthorizationToken, ECS's registration of instances, ecs:StopTask of runTask.sync and the "
        "delivery of state machines' logs cannot be limited to a resource."
    ),
    "IAM5[Resource::arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:container-instance/*]": (
        "Managed instances get their names when they are launched, so no resource can be named."
    ),
    "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonECSInfrastructureRolePolicyForManagedInstances]": (
        "ECS asks for exactly this policy to launch managed instances."
    ),
    "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]": (
        "API Gateway's logging is a setting of the account, and this the policy it is documented with."
    ),
    "ECS4": "Container Insights bills each of its metrics; alarms and dashboard use those of queues and machines.",
    "ECS2": "The task's environment holds names and limits, no secret.",
    "APIG2": "A body is audio: only the function can tell whether it is valid.",
    "APIG3": "The firewall belongs to public mode; otherwise every request needs a key.",
    "APIG4": "The list of models and the API's description need no key, as at Deepgram.",
    "APIG6": "Access logs and traces are on; execution logs would hold transcripts.",
    "COG4": "Deepgram's and OpenAI's clients send API keys, which the authorizer looks up.",
}

# SQS invokes it. All others are invoked by a role, too, to which the CDK grants their versions as well.
INVOKED_WITHOUT_ROLE = {"callback"}


def acknowledge_findings(
    stack: cdk.Stack, base: Foundation, job_machine: JobMachine, worker_machine: WorkerMachine
) -> None:
    """Acknowledge ACKNOWLEDGED and the findings whose names contain logical ids.

    cdk-nag 3 has no wildcards, so each finding needs its own acknowledgement.
    """

    def acknowledge(finding: str, reason: str) -> None:
        identity = f"AwsSolutions::AwsSolutions-{finding}"
        cdk.Validations.of(stack).acknowledge(cdk.Acknowledgment(id=identity, reason=reason))

    def arn(construct: cdk.Resource) -> str:
        resource = construct.node.default_child
        assert isinstance(resource, cdk.CfnElement)
        return f"<{stack.get_logical_id(resource)}.Arn>"

    for finding, reason in ACKNOWLEDGED.items():
        acknowledge(finding, reason)
    storage = base.storage
    for bucket, keys in {
        storage.uploads: ("*",),
        storage.models: ("*", manifest_key("*")),
        storage.transcripts: (
            *(f"{prefix}*" for prefix in (WORK_PREFIX, JOBS_PREFIX, UPLOADS_PREFIX)),
            redacted_audio_key("*"),
            spans_key("*", "*"),
            f"{UPLOADS_PREFIX}*.{ERROR_FILE}",
            edits_key("*", "*"),
        ),
    }.items():
        for key in keys:
            acknowledge(f"IAM5[Resource::{arn(bucket)}/{key}]", "Objects of this one bucket, by name.")
    invoked = [function for name, function in base.functions.all.items() if name not in INVOKED_WITHOUT_ROLE]
    quick = [worker_machine.quick_worker.function] if worker_machine.quick_worker else []
    for function in [*invoked, *quick]:
        acknowledge(f"IAM5[Resource::{arn(function)}:*]", "Versions of this one function.")
    family = worker_machine.task.definition.family
    acknowledge(
        f"IAM5[Resource::arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:task-definition/{family}:*]",
        "Revisions of this one family.",
    )
    for machine, reason in (
        (
            job_machine.state_machine,
            "Executions of the Job machine only; cancelling a job stops its execution by name.",
        ),
        (worker_machine.state_machine, "Executions of the Worker machine only; Scale stops those whose lease lapsed."),
    ):
        state_machine = machine.node.default_child
        assert isinstance(state_machine, cdk.CfnElement)
        name = f'{{"Fn::Select":[6,{{"Fn::Split":[":",{{"Ref":"{stack.get_logical_id(state_machine)}"}}]}}]}}'
        acknowledge(
            f"IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:{name}:*]", reason
        )
