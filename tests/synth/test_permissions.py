"""Least privilege, written down: who may do what. A line more here is a decision."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import Any

import pytest

from tests.synth.assembly import Assembly

# X-Ray and the function's own log group come with every function; reading its queue with every SQS source.
EVERYBODY = {"logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTelemetryRecords", "xray:PutTraceSegments"}
FROM_A_QUEUE = {
    f"sqs:{action}"
    for action in (
        "ChangeMessageVisibility",
        "DeleteMessage",
        "GetQueueAttributes",
        "GetQueueUrl",
        "ReceiveMessage",
    )
}
MAY = {
    "authorize": {"dynamodb:GetItem"},
    "api": {
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "dynamodb:Query",
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:ListBucket",
        "events:PutEvents",
        "states:StartExecution",
        "states:StopExecution",
    },
    "prepare": {
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:PutObject",
        "s3:AbortMultipartUpload",
        "s3:ListBucket",
        "events:PutEvents",
        "lambda:InvokeFunction",
    },
    "assemble": {"dynamodb:GetItem", "dynamodb:UpdateItem", "s3:GetObject", "s3:PutObject", "s3:ListBucket"},
    "announce": {"dynamodb:GetItem", "events:PutEvents"},
    "callback": {"dynamodb:GetItem", "s3:GetObject", *FROM_A_QUEUE},
    "fail": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "events:PutEvents"},
    "reap": {"states:SendTaskFailure", *FROM_A_QUEUE},
    "scale": {
        "dynamodb:GetItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "sqs:GetQueueAttributes",
        "states:StartExecution",
    },
    "settle": {"dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "sqs:GetQueueAttributes"},
}
WORKER = {
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:PutObject",
    "s3:ListBucket",
    "dynamodb:UpdateItem",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibility",
    "states:SendTaskSuccess",
    "states:SendTaskFailure",
    "states:SendTaskHeartbeat",
}
# Actions that AWS knows no resource for.
NO_RESOURCE = {
    "xray:*",
    "logs:*LogDelivery",
    "logs:ListLogDeliveries",
    "logs:*ResourcePolic*",
    "logs:DescribeLogGroups",
    "ecr:GetAuthorizationToken",
    "ecs:DescribeTasks",
    "ecs:StopTask",
}


CONSTRUCT_IDS = {"api": "Listen"}  # where the folder has another name; ids never change


def actions(statement: Any) -> list[str]:
    return [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]


def where(assembly: Assembly, role: str, action: str) -> str:
    """The resources that a role has `action` on, as text."""
    return str([s["Resource"] for s in assembly.statements(role) if action in actions(s)])


def test_every_function_is_in_the_list(assembly: Assembly) -> None:
    assert set(MAY) == set(assembly.functions())


@pytest.mark.parametrize("name", sorted(MAY))
def test_a_function_may_do_this_and_nothing_else(assembly: Assembly, name: str) -> None:
    statements = assembly.statements(f"Functions{CONSTRUCT_IDS.get(name, name.title())}Role")
    assert {a for s in statements for a in actions(s)} == MAY[name] | EVERYBODY


def test_a_worker_may_do_this_and_nothing_else(assembly: Assembly) -> None:
    statements = assembly.statements("WorkersTranscriberDefinitionTaskRole")
    assert {a for s in statements for a in actions(s)} == WORKER


def test_no_policy_names_a_wildcard_action(assembly: Assembly) -> None:
    policies = assembly.of("IAM::Policy").values()
    everything = [a for p in policies for s in p["PolicyDocument"]["Statement"] for a in actions(s)]
    assert everything
    assert [a for a in everything if "*" in a] == []


def test_every_resource_is_named_where_aws_knows_one(assembly: Assembly) -> None:
    for policy in assembly.of("IAM::Policy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Resource"] == "*":
                unknown = [a for a in actions(statement) if not any(fnmatch(a, known) for known in NO_RESOURCE)]
                assert unknown == []


def test_nobody_writes_audio_people_uploaded_or_models(assembly: Assembly) -> None:
    for role in assembly.of("IAM::Role"):
        for action in ("s3:PutObject", "s3:DeleteObject"):
            assert "StorageUploads" not in where(assembly, role, action)
            assert "StorageModels" not in where(assembly, role, action)


def test_writers_are_kept_to_their_folders(gpu: Assembly) -> None:
    def folders(role: str, action: str) -> set[str]:
        found = where(gpu, role, action)
        return {f for f in ("/work/*", "/jobs/*", "/uploads/*") if f in found}

    assert folders("FunctionsAssembleRole", "s3:PutObject") == {"/jobs/*", "/uploads/*"}
    assert folders("FunctionsPrepareRole", "s3:PutObject") == {"/work/*"}
    assert folders("FunctionsListenRole", "s3:PutObject") == {"/work/*"}
    assert folders("FunctionsListenRole", "s3:DeleteObject") == {"/work/*", "/jobs/*", "/uploads/*"}  # DELETE
    assert folders("WorkersTranscriberDefinitionTaskRole", "s3:PutObject") == {"/work/*"}


def test_nothing_comes_in_to_a_worker(assembly: Assembly) -> None:
    _, group = assembly.one("EC2::SecurityGroup")
    assert "SecurityGroupIngress" not in group
    assert [rule["ToPort"] for rule in group["SecurityGroupEgress"]] == [443]
    assert assembly.of("EC2::SecurityGroupIngress") == {}
    assert assembly.of("EC2::NatGateway") == {}, "one would cost money while nobody speaks"


def test_buckets_and_queues_ask_for_tls_and_buckets_are_private(assembly: Assembly) -> None:
    for kind in ("S3::BucketPolicy", "SQS::QueuePolicy"):
        policies = assembly.of(kind).values()
        assert policies
        assert all("aws:SecureTransport" in str(policy) for policy in policies)
    assert len(assembly.of("S3::BucketPolicy")) == len(assembly.of("S3::Bucket"))
    assert len(assembly.of("SQS::QueuePolicy")) == len(assembly.of("SQS::Queue"))
    for bucket in assembly.of("S3::Bucket").values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
