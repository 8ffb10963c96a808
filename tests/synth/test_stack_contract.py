"""What clients, functions, workers and the local cloud rely on: outputs, parameters, routes, resources, triggers."""

from __future__ import annotations

import json
import re
from typing import Any

from functions.errors import STOPPED
from infra import ROOT
from tests.synth.assembly import Assembly

OUTPUTS = {
    "ApiUrl",
    "UploadsBucket",
    "TranscriptsBucket",
    "ModelsBucket",
    "TableName",
    "BusName",
    "JobMachineArn",
    "WorkerMachineArn",
    "FastQueueUrl",
    "BulkQueueUrl",
    "DeadQueueUrl",
}
PARAMETERS = {"DefaultModel", "MaxWorkers", "IdleSeconds", "PublicAccess", "AllowPrivateUrls"}
ROUTES = {
    "POST listen",
    "GET requests",
    "GET requests/{id}",
    "DELETE requests/{id}",
    "GET requests/{id}/result",
    "POST requests/{id}/result",
    "POST uploads",
    "GET models",
    "POST audio/transcriptions",
    "POST audio/translations",
    "GET openapi.json",
    "GET docs",
}
PUBLIC_ROUTES = {"GET models", "GET openapi.json", "GET docs"}


def routes(assembly: Assembly) -> dict[str, Any]:
    """Return the properties of the methods, by names such as `GET requests/{id}`."""
    resources = assembly.resources("ApiGateway::Resource")

    def path(reference: Any) -> list[str]:
        if "Ref" not in reference:
            return []
        resource = resources[reference["Ref"]]
        return [*path(resource["ParentId"]), resource["PathPart"]]

    methods = assembly.resources("ApiGateway::Method").values()
    return {f"{m['HttpMethod']} {'/'.join(path(m['ResourceId']))}": m for m in methods}


def test_stack_outputs_are_those_clients_read(assembly: Assembly) -> None:
    assert set(assembly.template["Outputs"]) == OUTPUTS


def test_api_url_has_no_path(gpu: Assembly) -> None:
    _, parts = gpu.template["Outputs"]["ApiUrl"]["Value"]["Fn::Join"]
    assert parts[0] == "https://"
    assert parts[-1] == {"Ref": "AWS::URLSuffix"}, "no path after the host: SDKs add /v1/listen"


def test_stack_parameters_are_as_documented(assembly: Assembly) -> None:
    ssm = {k for k, p in assembly.template["Parameters"].items() if p["Type"].startswith("AWS::SSM")}
    assert set(assembly.template["Parameters"]) - ssm == PARAMETERS


def test_every_parameter_is_referenced(assembly: Assembly) -> None:
    resources = str(assembly.template["Resources"])
    assert [p for p in PARAMETERS if f"{{'Ref': '{p}'}}" not in resources] == []


def test_stage_is_named_v1(assembly: Assembly) -> None:
    _, stage = assembly.resource("ApiGateway::Stage")
    assert stage["StageName"] == "v1"


def test_every_route_proxies_to_the_api_function(assembly: Assembly) -> None:
    found = routes(assembly)
    assert set(found) == ROUTES
    listen, _ = assembly.resource("Lambda::Function", "FunctionsListen")
    for method in found.values():
        assert method["Integration"]["Type"] == "AWS_PROXY"
        assert listen in str(method["Integration"]["Uri"])
    _, api = assembly.resource("ApiGateway::RestApi")
    assert api["BinaryMediaTypes"] == ["*/*"]


def test_all_but_public_routes_use_the_authorizer(assembly: Assembly) -> None:
    unguarded = {route for route, m in routes(assembly).items() if m["AuthorizationType"] == "NONE"}
    assert unguarded == PUBLIC_ROUTES
    _, authorizer = assembly.resource("ApiGateway::Authorizer")
    assert authorizer["Type"] == "REQUEST"
    # With an identity source API Gateway would reject a request without a key and not call the authorizer.
    assert not authorizer["IdentitySource"]
    assert authorizer["AuthorizerResultTtlInSeconds"] == 0


def test_table_has_partition_key_and_listing_index(gpu: Assembly) -> None:
    _, table = gpu.resource("DynamoDB::GlobalTable")
    assert table["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}]
    [index] = table["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "listing"
    assert [k["AttributeName"] for k in index["KeySchema"]] == ["day", "created"]
    assert index["Projection"] == {"ProjectionType": "ALL"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    [replica] = table["Replicas"]
    assert replica["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_objects_expire_under_work_and_jobs_only(gpu: Assembly) -> None:
    def expiring(bucket: str) -> dict[str, int]:
        _, props = gpu.resource("S3::Bucket", f"Storage{bucket}")
        rules = props["LifecycleConfiguration"]["Rules"]
        return {r.get("Prefix", ""): r["ExpirationInDays"] for r in rules if "ExpirationInDays" in r}

    assert expiring("Transcripts") == {"work/": 2, "jobs/": 30}
    assert expiring("Uploads") == {}
    assert expiring("Models") == {}


def test_only_uploads_bucket_notifies_without_custom_resource(assembly: Assembly) -> None:
    notifying = [n for n, b in assembly.resources("S3::Bucket").items() if "NotificationConfiguration" in b]
    assert [n.startswith("StorageUploads") for n in notifying] == [True]
    resource_types = {r["Type"] for r in assembly.template["Resources"].values()}
    assert not [k for k in resource_types if k.startswith(("Custom::", "AWS::CloudFormation::"))]


def test_buckets_and_table_are_retained(gpu: Assembly) -> None:
    policies = [
        r["DeletionPolicy"]
        for r in gpu.template["Resources"].values()
        if r["Type"] in ("AWS::S3::Bucket", "AWS::DynamoDB::GlobalTable")
    ]
    assert policies == ["Retain"] * 5


def test_logical_ids_of_the_readme_are_in_the_template(assembly: Assembly) -> None:
    _, section = (ROOT / "infra" / "README.md").read_text().split("## Logical ids that must not change")
    listed = set(re.findall(r"`(\w+)`", section))
    assert listed - set(assembly.template["Resources"]) == set()
    stateful = ("S3::Bucket", "DynamoDB::GlobalTable", "Lambda::Function", "StepFunctions::StateMachine", "SQS::Queue")
    assert {name for kind in stateful for name in assembly.resources(kind)} - listed == set()


def test_shard_is_visible_after_15_or_60_seconds_4_times(gpu: Assembly) -> None:
    dead, _ = gpu.resource("SQS::Queue", "QueuesDead")
    for queue_name, seconds in (("Fast", 15), ("Bulk", 60)):
        _, queue = gpu.resource("SQS::Queue", f"Queues{queue_name}")
        assert queue["VisibilityTimeout"] == seconds
        assert queue["RedrivePolicy"] == {
            "deadLetterTargetArn": {"Fn::GetAtt": [dead, "Arn"]},
            "maxReceiveCount": 4,
        }


def test_dead_letter_queue_triggers_reap(gpu: Assembly) -> None:
    dead, queue = gpu.resource("SQS::Queue", "QueuesDead")
    _, mapping = gpu.resource("Lambda::EventSourceMapping", "FunctionsReap")
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": [dead, "Arn"]}
    # Lambda rejects a queue whose messages are visible again while the function may still be running.
    assert queue["VisibilityTimeout"] >= gpu.functions()["reap"]["Timeout"]


def test_upload_starts_job_with_version_and_sequencer(assembly: Assembly) -> None:
    _, rule = assembly.resource("Events::Rule", "TriggersUploaded")
    uploads, bucket = assembly.resource("S3::Bucket", "StorageUploads")
    assert rule["EventPattern"] == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [{"Ref": uploads}]}},
    }
    [target] = rule["Targets"]
    assert target["Arn"] == {"Ref": assembly.resource("StepFunctions::StateMachine", "Jobs")[0]}
    transformer = target["InputTransformer"]
    template = transformer["InputTemplate"]
    for placeholder, path in transformer["InputPathsMap"].items():
        # Without quotes around the placeholder EventBridge writes the value as JSON, also keys that contain quotes.
        assert f":<{placeholder}>" in template
        template = template.replace(f"<{placeholder}>", path)
    assert template == (
        '{"upload":{"bucket":$.detail.bucket.name,"key":$.detail.object.key,'
        '"version":$.detail.object.version-id,"sequencer":$.detail.object.sequencer,"size":$.detail.object.size}}'
    )
    # S3 sends a version for versioned buckets only, and a missing path would break the input template.
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}


def test_stopped_execution_invokes_fail(assembly: Assembly) -> None:
    _, rule = assembly.resource("Events::Rule", "TriggersStopped")
    fail, _ = assembly.resource("Lambda::Function", "FunctionsFail")
    machine, _ = assembly.resource("StepFunctions::StateMachine", "Jobs")
    assert rule["EventPattern"]["source"] == ["aws.states"]
    assert rule["EventPattern"]["detail"] == {
        "stateMachineArn": [{"Ref": machine}],
        "status": ["ABORTED", "TIMED_OUT"],  # a FAILED execution has run the Fail state
    }
    [target] = rule["Targets"]
    assert target["Arn"] == {"Fn::GetAtt": [fail, "Arn"]}
    template = target["InputTransformer"]["InputTemplate"]
    for placeholder, path in target["InputTransformer"]["InputPathsMap"].items():
        template = template.replace(f"<{placeholder}>", f'"{path}"')
    assert json.loads(template) == {
        "input": "$.detail.input",
        "execution": "$.detail.executionArn",
        "error": {"Error": STOPPED, "Cause": "$.detail.status"},
    }


def test_scale_runs_every_minute(assembly: Assembly) -> None:
    _, schedule = assembly.resource("Scheduler::Schedule")
    scale, _ = assembly.resource("Lambda::Function", "FunctionsScale")
    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": [scale, "Arn"]}
    assert schedule["Target"]["Input"] == '{"op":"reconcile"}'
