"""Permissions: the exact actions of every role. Adding one here is a decision."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import Any

import pytest

from tests.synth.assembly import Assembly

# Every function has its own log group, and X-Ray unless a schedule invokes it. One with an SQS event source also reads
# its queue.
LOG_ACTIONS = {"logs:CreateLogStream", "logs:PutLogEvents"}
TRACE_ACTIONS = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
# Of Lambda, which sends the events at which the function failed to a queue.
KEEP_ACTIONS = {"sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"}
UNTRACED = ("scale", "sweep")  # invoked by schedules
SQS_SOURCE_ACTIONS = {
    f"sqs:{action}"
    for action in (
        "ChangeMessageVisibility",
        "DeleteMessage",
        "GetQueueAttributes",
        "GetQueueUrl",
        "ReceiveMessage",
    )
}
FUNCTION_ACTIONS = {
    "authorize": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
    "api": {
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",  # the slots, for GET /v1/workers
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "dynamodb:Query",
        "s3:GetObjectVersion",
        "s3:ListMultipartUploadParts",
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:ListBucket",
        "events:PutEvents",
        "states:StartExecution",
        "states:StopExecution",
        "sqs:SendMessage",  # POST /v1/requests/{id}/redeliver
    },
    "prepare": {
        "dynamodb:GetItem",  # the whole URL of a row that has it without what authenticates it
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:PutObject",
        "s3:DeleteObject",  # shard results of a run before, of other bytes
        "s3:AbortMultipartUpload",
        "s3:ListBucket",
        "events:PutEvents",
        "lambda:InvokeFunction",
    },
    "assemble": {
        "dynamodb:GetItem",
        "dynamodb:UpdateItem",
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",  # shard results, with words that must not stay
        "s3:ListBucket",
    },
    "announce": {"dynamodb:GetItem", "events:PutEvents"},
    "callback": {
        "dynamodb:GetItem",
        "dynamodb:UpdateItem",
        "s3:GetObject",
        "s3:ListBucket",
        "sqs:SendMessage",
        *SQS_SOURCE_ACTIONS,
    },
    "fail": {
        "s3:DeleteObject",
        "s3:PutObject",  # uploads/….error.json
        "s3:ListBucket",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "events:PutEvents",
    },
    "scale": {
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",  # the dead-letter queue's
        "sqs:DeleteMessage",
        "states:SendTaskFailure",
        "states:StartExecution",
        "states:StopExecution",
    },
    "sweep": {
        "dynamodb:Query",
        "dynamodb:UpdateItem",
        "events:PutEvents",
        "states:DescribeExecution",
        "states:ListExecutions",
        "states:StartExecution",
    },
    "settle": {
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "sqs:GetQueueAttributes",
    },
}
WORKER_ACTIONS = {
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:PutObject",
    "s3:AbortMultipartUpload",
    "s3:ListBucket",
    "dynamodb:UpdateItem",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibility",
    "states:SendTaskSuccess",
    "states:SendTaskFailure",
    "states:SendTaskHeartbeat",
}
# Actions that AWS cannot limit to a resource.
ACTIONS_WITHOUT_RESOURCE = {
    "xray:*",
    "logs:*LogDelivery",
    "logs:ListLogDeliveries",
    "logs:*ResourcePolic*",
    "logs:DescribeLogGroups",
    "ecr:GetAuthorizationToken",
    "ecs:DescribeTasks",
    "ecs:StopTask",
}


CONSTRUCT_IDS = {"api": "Listen"}  # where it differs from the folder; construct ids never change


def actions(statement: Any) -> list[str]:
    return [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]


def resources_allowed(assembly: Assembly, role: str, action: str) -> str:
    """Return, as text, the resources on which a role may do `action`."""
    return str([s["Resource"] for s in assembly.policy_statements(role) if action in actions(s)])


def test_every_function_has_an_action_list(assembly: Assembly) -> None:
    assert set(FUNCTION_ACTIONS) == set(assembly.functions())


@pytest.mark.parametrize("name", sorted(FUNCTION_ACTIONS))
def test_function_role_allows_exactly_its_actions(assembly: Assembly, name: str) -> None:
    common = LOG_ACTIONS | (set() if name in UNTRACED else TRACE_ACTIONS)
    common |= KEEP_ACTIONS if name in ("fail", "scale", "sweep") else set()
    policy_statements = assembly.policy_statements(f"Functions{CONSTRUCT_IDS.get(name, name.title())}Role")
    assert {a for s in policy_statements for a in actions(s)} == FUNCTION_ACTIONS[name] | common


def test_worker_role_allows_exactly_its_actions(assembly: Assembly) -> None:
    policy_statements = assembly.policy_statements("WorkersTranscriberDefinitionTaskRole")
    assert {a for s in policy_statements for a in actions(s)} == WORKER_ACTIONS


def test_quick_worker_may_do_what_a_worker_may(assembly: Assembly) -> None:
    policy_statements = assembly.policy_statements("WorkersQuickRole")
    assert {a for s in policy_statements for a in actions(s)} == WORKER_ACTIONS | LOG_ACTIONS | TRACE_ACTIONS


def test_no_policy_has_a_wildcard_action(assembly: Assembly) -> None:
    policies = assembly.resources("IAM::Policy").values()
    everything = [a for p in policies for s in p["PolicyDocument"]["Statement"] for a in actions(s)]
    assert everything
    assert [a for a in everything if "*" in a] == []


def test_wildcard_resource_only_where_aws_requires_it(assembly: Assembly) -> None:
    for policy in assembly.resources("IAM::Policy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Resource"] == "*":
                unknown = [
                    a
                    for a in actions(statement)
                    if not any(fnmatch(a, pattern) for pattern in ACTIONS_WITHOUT_RESOURCE)
                ]
                assert unknown == []


def test_no_role_writes_uploads_or_models(assembly: Assembly) -> None:
    for role in assembly.resources("IAM::Role"):
        for action in ("s3:PutObject", "s3:DeleteObject"):
            assert "StorageUploads" not in resources_allowed(assembly, role, action)
            assert "StorageModels" not in resources_allowed(assembly, role, action)


def test_write_grants_are_limited_to_prefixes(gpu: Assembly) -> None:
    def prefixes(role: str, action: str) -> set[str]:
        found = resources_allowed(gpu, role, action)
        return {f for f in ("/work/*", "/jobs/*", "/uploads/*") if f in found}

    assert prefixes("FunctionsAssembleRole", "s3:PutObject") == {"/jobs/*", "/uploads/*", "/work/*"}  # spans to silence
    assert prefixes("FunctionsPrepareRole", "s3:PutObject") == {"/work/*"}
    assert prefixes("FunctionsListenRole", "s3:PutObject") == {"/work/*", "/jobs/*"}  # corrections
    assert prefixes("FunctionsListenRole", "s3:DeleteObject") == {"/work/*", "/jobs/*", "/uploads/*"}  # DELETE
    # Results of an earlier upload; shard results of a redacted job.
    assert prefixes("FunctionsFailRole", "s3:DeleteObject") == {"/uploads/*", "/work/*"}
    assert prefixes("WorkersTranscriberDefinitionTaskRole", "s3:PutObject") == {"/work/*", "/jobs/*"}  # audio copies


def test_worker_security_group_has_no_ingress(assembly: Assembly) -> None:
    _, group = assembly.resource("EC2::SecurityGroup")
    assert "SecurityGroupIngress" not in group
    assert [rule["ToPort"] for rule in group["SecurityGroupEgress"]] == [443]
    assert assembly.resources("EC2::SecurityGroupIngress") == {}
    assert assembly.resources("EC2::NatGateway") == {}, "a NAT gateway costs money without traffic"


def test_buckets_and_queues_require_tls_and_are_private(assembly: Assembly) -> None:
    for kind in ("S3::BucketPolicy", "SQS::QueuePolicy"):
        policies = assembly.resources(kind).values()
        assert policies
        assert all("aws:SecureTransport" in str(policy) for policy in policies)
    assert len(assembly.resources("S3::BucketPolicy")) == len(assembly.resources("S3::Bucket"))
    assert len(assembly.resources("SQS::QueuePolicy")) == len(assembly.resources("SQS::Queue"))
    for bucket in assembly.resources("S3::Bucket").values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
