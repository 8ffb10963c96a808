"""Every finding of cdk-nag that this stack lives with, and why. Anything else makes the synthesis fail."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

from earshot_contract.keys import manifest_key
from infra.job_machine import JobMachine
from infra.storage import Storage

ACKNOWLEDGED = {
    "IAM5[Resource::*]": (
        "X-Ray, ecr:GetAuthorizationToken, ECS's registration of instances, ecs:StopTask of runTask.sync and the "
        "delivery of state machines' logs know no resource."
    ),
    "IAM5[Resource::arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:container-instance/*]": (
        "Managed instances get their names when they are launched."
    ),
    "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonECSInfrastructureRolePolicyForManagedInstances]": (
        "ECS asks for exactly this policy to launch managed instances."
    ),
    "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]": (
        "API Gateway's logging is a setting of the account, and this the policy it is documented with."
    ),
    "ECS2": "The task's environment holds names and limits, no secret.",
    "SQS3": "The queue is itself where EventBridge and the scheduler leave what they could not deliver.",
    "APIG2": "A body is audio: only the function can tell whether it is good.",
    "APIG3": "The firewall belongs to public mode; otherwise every request needs a key.",
    "APIG4": "The list of models and the API's description are open, as they are at Deepgram.",
    "APIG6": "Access logs and traces are on; execution logs would hold what was said.",
    "COG4": "Deepgram's and OpenAI's clients send API keys, which the authorizer looks up.",
}


def acknowledge_findings(stack: cdk.Stack, storage: Storage, job_machine: JobMachine) -> None:
    """cdk-nag 3 knows no wildcards: one acknowledgement for each finding."""

    def acknowledge(finding: str, reason: str) -> None:
        identity = f"AwsSolutions::AwsSolutions-{finding}"
        cdk.Validations.of(stack).acknowledge(cdk.Acknowledgment(id=identity, reason=reason))

    def arn(construct: cdk.Resource) -> str:
        resource = construct.node.default_child
        assert isinstance(resource, cdk.CfnElement)
        return f"<{stack.get_logical_id(resource)}.Arn>"

    for finding, reason in ACKNOWLEDGED.items():
        acknowledge(finding, reason)
    for bucket, keys in {
        storage.uploads: ("*",),
        storage.models: ("*", manifest_key("*")),
        storage.transcripts: ("work/*", "jobs/*", "uploads/*"),
    }.items():
        for key in keys:
            acknowledge(f"IAM5[Resource::{arn(bucket)}/{key}]", "Objects of this one bucket, by name.")
    for construct in stack.node.find_all():
        if isinstance(construct, lambda_.Function):
            acknowledge(f"IAM5[Resource::{arn(construct)}:*]", "Versions of this one function.")
    state_machine = job_machine.state_machine.node.default_child
    assert isinstance(state_machine, cdk.CfnElement)
    name = f'{{"Fn::Select":[6,{{"Fn::Split":[":",{{"Ref":"{stack.get_logical_id(state_machine)}"}}]}}]}}'
    acknowledge(
        f"IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:{name}:*]",
        "Executions of the Job machine alone, which a cancel stops by their names.",
    )
