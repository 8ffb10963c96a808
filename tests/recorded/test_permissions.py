"""Least privilege, both ways, over a whole test run: no call that a role lacks a grant for, no grant that no call used.

Each local cloud of the tiers before leaves its record in build/aws-calls (`tests/conftest.py`), and fails itself on a
refused call; `make test` reads the records last. Grants of roles that AWS's own services assume cannot be used here;
`tests/synth/test_service_roles.py` compares them with what their service does.
"""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from tests.conftest import CALLS

# Roles that services of AWS assume themselves: part of the role's name → who does so, for what.
ASSUMED_BY_AWS = {
    "FlowLogIAMRole": "VPC writes flow logs",
    "InstanceRole": "the ECS agent on a managed instance registers and polls",
    "DefinitionExecutionRole": "ECS pulls the image and creates log streams",
    "EventsRole": "EventBridge starts the job machine for an upload",
    "SchedulerRole": "EventBridge Scheduler invokes four functions",
}
# Grants that no call of the local cloud uses: role, action, part of the resource → why they stay.
UNUSED = [
    (r".*", r"logs:(CreateLogStream|PutLogEvents)", r".*", "Lambda's runtime writes the log, not the function."),
    (r".*", r"xray:.*", r".*", "Lambda's and Step Functions' tracing; there is none here."),
    (r"Machine", r"logs:.*", r"\*", "Step Functions delivers its log."),
    (
        r"Machine",
        r"lambda:InvokeFunction",
        r":\*$",
        "CDK's LambdaInvoke also allows versions of the one function; it has none.",
    ),
    (r"WorkersMachine", r"ecs:RunTask", r"task-definition/", "One of two: all revisions, which matter in an upgrade."),
    (r"WorkersMachine", r"events:.*", r"StepFunctionsGetEventsForECSTaskRule", "AWS waits for the task's event."),
    (
        r"CallbackRole",
        r"sqs:(ChangeMessageVisibility|DeleteMessage|GetQueueAttributes|GetQueueUrl|ReceiveMessage)",
        r".*",
        "Lambda's poller receives with the function's role; the emulator's reads the queue directly.",
    ),
    # Its actions are those of the container's worker: tests/synth/test_permissions.py.
    (r"WorkersQuickRole", r".*", r".*", "An image function has the operator's key here; it runs the worker's code."),
    (r"TaskRole", r"s3:GetObject", r"models", "Here workers read models from a folder (MODEL_DIR)."),
    (r".*", r"s3:ListBucket", r".*", "Without it S3 answers 403, not 404, for an object that is gone."),
    (r"TaskRole", r"s3:GetObject", r"uploads", "Of an upload made while the bucket's versions were suspended."),
    (r"Listen", r"s3:GetObject", r"(work|uploads)/", "Answers too large for a request, results beside an upload."),
    (r"Listen", r"s3:DeleteObject", r"(jobs|work|uploads)/", "Deletion of a job; the tiers delete few kinds."),
    (r"Listen", r"dynamodb:Query", r"owners", "A caller with a key lists its own jobs; the tiers call without one."),
    (
        r"Listen",
        r"s3:PutObject",
        r"(jobs|uploads)/",
        "Corrections of a transcript: the page's own tests.",
    ),
    (
        r"Assemble",
        r"s3:DeleteObject",
        r"(jobs|uploads)/",
        "A job that is cancelled while its transcript is being written: the unit tier.",
    ),
    (r"Listen", r"s3:ListMultipartUploadParts", r"work/", "Uploads in parts that were interrupted."),
    (r"Listen", r"s3:GetObjectVersion", r"uploads", "The player plays the version that was transcribed."),
    (
        r"(Assemble|Fail)",
        r"s3:(Delete|Get)Object",
        r"(work|uploads|jobs)/",
        "Audio that is not to be kept, or redacted.",
    ),
    (r"WorkersMachine", r"lambda:InvokeFunction", r"Quick", "A quick worker runs in a local cloud of its own test."),
    (r"Settle", r"dynamodb:BatchGetItem", r"table", "It asks the policy after a quick worker: in that local cloud."),
    (r"Scale", r"dynamodb:DeleteItem", r"table", "Frees the slot of a launch that Step Functions refused."),
    (r"Scale", r"states:StopExecution", r"Workers", "Minutes after a worker's silence: its lease has lapsed."),
    (r"Fail|Scale|Sweep", r"sqs:.*", r"Undelivered", "Lambda itself sends events at which the function failed."),
    (r"Callback", r"sqs:SendMessage", r"Undelivered", "Three days after a callback's first try: it is given up."),
    (r"Prepare", r"s3:DeleteObject", r"work/", "Shard results of a run before, when the bytes behind a URL changed."),
    (r"TaskRole", r"s3:AbortMultipartUpload", r"redacted", "A redacted copy whose source breaks in the middle."),
    (r"Sweep", r"events:PutEvents", r".*", "A job is announced as failed after three restarts."),
]


def records() -> list[dict[str, list[dict[str, str]]]]:
    texts = [path.read_text() for path in sorted(CALLS.glob("*.json"))]
    if not texts:
        pytest.fail("No test of this run started the local cloud: run `make test`.")
    # Each deployment's buckets end in other letters: what one local cloud used counts for the same grant of another.
    return [json.loads(re.sub(r"(arn:aws:s3:::[a-z0-9-]+)-[0-9a-f]{13}(?=[/\"])", r"\1", text)) for text in texts]


def test_no_call_was_refused() -> None:
    assert [call for record in records() for call in record["denied"]] == []


def test_every_grant_is_used_or_has_a_reason() -> None:
    used = {(c["role"], c["action"], c["resource"]) for record in records() for c in record["used"]}
    granted = {(g["role"], g["action"], g["resource"]) for record in records() for g in record["granted"]}
    unused = [g for g in sorted(granted - used) if not any(part in g[0] for part in ASSUMED_BY_AWS)]
    assert granted, "the record has no grants"
    assert [grant for grant in unused if not reasons(grant)] == []


def test_every_reason_is_of_a_grant_that_exists() -> None:
    granted = {(g["role"], g["action"], g["resource"]) for record in records() for g in record["granted"]}
    applied = Counter(reason for grant in granted for reason in reasons(grant))
    assert {reason for *_, reason in UNUSED} == set(applied)
    assert [part for part in ASSUMED_BY_AWS if not any(part in role for role, *_ in granted)] == []


def reasons(grant: tuple[str, str, str]) -> list[str]:
    return [
        reason
        for *patterns, reason in UNUSED
        if all(map(re.search, patterns, grant)) and re.fullmatch(patterns[1], grant[1])
    ]
