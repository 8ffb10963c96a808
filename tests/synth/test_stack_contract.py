"""What clients, functions, workers and the local cloud rely on: outputs, parameters, routes, resources, triggers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from infra import ROOT
from tests.synth.assembly import Assembly, second

OUTPUTS = {
    "ApiUrl",
    "PageUrl",
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
    "Settings",
}


def test_stack_outputs_are_those_clients_read(assembly: Assembly) -> None:
    assert set(assembly.template["Outputs"]) == OUTPUTS


def test_api_url_has_no_path(gpu: Assembly) -> None:
    _, parts = gpu.template["Outputs"]["ApiUrl"]["Value"]["Fn::Join"]
    assert parts[0] == "https://"
    assert parts[-1] == {"Ref": "AWS::URLSuffix"}, "no path after the host: SDKs add /v1/listen"


def test_no_setting_is_a_parameter_that_updates_keep(assembly: Assembly) -> None:
    """A parameter that an update does not name keeps its previous value; those left look something up in SSM."""
    kinds = {name: parameter["Type"] for name, parameter in assembly.template["Parameters"].items()}
    assert {name for name, kind in kinds.items() if not kind.startswith("AWS::SSM::Parameter::Value")} == set()


def test_table_has_partition_key_and_list_indexes(gpu: Assembly) -> None:
    _, table = gpu.resource("DynamoDB::GlobalTable")
    assert table["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}]
    keys = {
        index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]]
        for index in table["GlobalSecondaryIndexes"]
    }
    assert keys == {
        "listing": ["day", "created"],
        "owners": ["owner", "created"],
        "waiting": ["waiting", "created"],  # counted, never read: it holds the keys alone
    }
    projections = {
        index["IndexName"]: index["Projection"]["ProjectionType"] for index in table["GlobalSecondaryIndexes"]
    }
    assert projections == {"listing": "ALL", "owners": "ALL", "waiting": "KEYS_ONLY"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    [replica] = table["Replicas"]
    assert replica["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_objects_expire_under_work_and_jobs_only(gpu: Assembly) -> None:
    def expiring(bucket: str) -> dict[str, int]:
        _, props = gpu.resource("S3::Bucket", f"Storage{bucket}")
        rules = props["LifecycleConfiguration"]["Rules"]
        return {r.get("Prefix", ""): r["ExpirationInDays"] for r in rules if "ExpirationInDays" in r}

    assert expiring("Transcripts") == {"work/": 5, "jobs/": 30}
    assert expiring("Uploads") == {}
    assert expiring("Models") == {}


def test_audio_of_requests_is_kept_as_long_as_set(synthesized: Callable[..., Assembly]) -> None:
    other = second(synthesized)
    _, bucket = other.resource("S3::Bucket", "StorageTranscripts")
    assert [
        rule["ExpirationInDays"] for rule in bucket["LifecycleConfiguration"]["Rules"] if rule.get("Prefix") == "work/"
    ] == [9]
    assert other.functions()["api"]["Environment"]["Variables"]["KEEP_AUDIO_DAYS"] == "9"


def test_deleted_upload_leaves_nothing_for_ever(gpu: Assembly) -> None:
    """A versioned bucket keeps what was deleted, and a marker of it that outlives it."""
    versioned = [props for props in gpu.resources("S3::Bucket").values() if "VersioningConfiguration" in props]
    assert len(versioned) == 1
    [old] = [r for r in versioned[0]["LifecycleConfiguration"]["Rules"] if "NoncurrentVersionExpiration" in r]
    assert old["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}
    assert old["ExpiredObjectDeleteMarker"] is True


def test_uploads_expire_if_the_deployment_says_so(synthesized: Callable[..., Assembly]) -> None:
    other = second(synthesized)
    for bucket, prefix in (("Uploads", ""), ("Transcripts", "uploads/")):
        _, props = other.resource("S3::Bucket", f"Storage{bucket}")
        rules = props["LifecycleConfiguration"]["Rules"]
        assert [r["ExpirationInDays"] for r in rules if r.get("Prefix", "") == prefix and "ExpirationInDays" in r] == [
            90
        ]


def test_stack_has_cost_allocation_tags(gpu: Assembly) -> None:
    manifest = json.loads((gpu.folder / "manifest.json").read_text())
    assert manifest["artifacts"]["Earshot"]["properties"]["tags"] == {"Application": "Earshot", "Deployment": "Earshot"}


def test_only_uploads_bucket_notifies_without_custom_resource(assembly: Assembly) -> None:
    notifying = [n for n, b in assembly.resources("S3::Bucket").items() if "NotificationConfiguration" in b]
    assert [n.startswith("StorageUploads") for n in notifying] == [True]
    resource_types = {r["Type"] for r in assembly.template["Resources"].values()}
    assert not [k for k in resource_types if k.startswith(("Custom::", "AWS::CloudFormation::"))]


def test_data_is_kept_but_not_by_a_failed_first_deployment(assembly: Assembly) -> None:
    kept = {
        name: (r["DeletionPolicy"], r["UpdateReplacePolicy"])
        for name, r in assembly.template["Resources"].items()
        if r.get("DeletionPolicy", "Delete") != "Delete"
    }
    # The account's role for API Gateway's logs, which other APIs use from then on.
    account = {name for name in kept if name.startswith("ApiRest")}
    assert {kept.pop(name) for name in account} == {("Retain", "Retain")}
    assert len(account) == 2
    assert set(kept.values()) == {("RetainExceptOnCreate", "Retain")}
    stateful = {*assembly.resources("S3::Bucket"), *assembly.resources("DynamoDB::GlobalTable")}
    assert len(stateful) == 5
    assert stateful <= set(kept)


# Properties whose value is a name that is unique within an account or an account's region.
UNIQUE_NAMES = {
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Events::EventBus": "Name",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::ECS::Cluster": "ClusterName",
    "AWS::ECS::CapacityProvider": "Name",
    "AWS::ApiGateway::RestApi": "Name",  # CloudWatch adds up the metrics of all APIs of a name
    "AWS::WAFv2::WebACL": "Name",
}
GLOBAL = ("AWS::IAM::Role", "AWS::IAM::InstanceProfile")  # not of a region


def test_second_deployment_has_no_name_of_the_first(gpu: Assembly, synthesized: Callable[..., Assembly]) -> None:
    """In one account: a second stack in the same region, and the same stack in a second region."""

    def names(assembly: Assembly) -> set[str]:
        resources = assembly.template["Resources"].values()
        named = [
            (r["Type"], r["Properties"].get(UNIQUE_NAMES[r["Type"]])) for r in resources if r["Type"] in UNIQUE_NAMES
        ]
        return {f"{kind} {name}" for kind, name in named if name}

    assert names(gpu)
    assert names(gpu) & names(second(synthesized)) == set()
    of_an_account = [name for name in names(gpu) if name.startswith(GLOBAL)]
    assert len(of_an_account) == 4
    assert [name for name in of_an_account if "AWS::Region" not in name] == []


def test_second_deployment_keeps_logical_ids(gpu: Assembly, synthesized: Callable[..., Assembly]) -> None:
    other = second(synthesized)
    for kind in (
        "S3::Bucket",
        "DynamoDB::GlobalTable",
        "Lambda::Function",
        "StepFunctions::StateMachine",
        "SQS::Queue",
    ):
        assert set(other.resources(kind)) == set(gpu.resources(kind))


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


def test_scale_reads_the_dead_letter_queue(gpu: Assembly) -> None:
    dead, queue = gpu.resource("SQS::Queue", "QueuesDead")
    scale = gpu.functions()["scale"]
    assert scale["Environment"]["Variables"]["DEAD_QUEUE_URL"] == {"Ref": dead}
    assert queue["VisibilityTimeout"] > scale["Timeout"], "no message is visible again while it is being answered"


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
    assert target["InputTransformer"]["InputTemplate"] == '{"upload":<detail>}'
    # A job transcribes the version that started it.
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}


def test_stopped_execution_invokes_fail(assembly: Assembly) -> None:
    _, rule = assembly.resource("Events::Rule", "TriggersStopped")
    fail, _ = assembly.resource("Lambda::Function", "FunctionsFail")
    machine, _ = assembly.resource("StepFunctions::StateMachine", "Jobs")
    assert rule["EventPattern"]["source"] == ["aws.states"]
    assert rule["EventPattern"]["detail"] == {
        "stateMachineArn": [{"Ref": machine}],
        "status": ["FAILED", "ABORTED", "TIMED_OUT"],  # the Fail state can fail, too
    }
    [target] = rule["Targets"]
    assert target["Arn"] == {"Fn::GetAtt": [fail, "Arn"]}
    assert target["InputTransformer"] == {
        "InputPathsMap": {"detail": "$.detail"},
        "InputTemplate": '{"stopped":<detail>}',
    }


def test_rules_pass_on_whole_objects_of_events(assembly: Assembly) -> None:
    """EventBridge writes an object as JSON, but puts a text as it is: a quote in a key would break the input."""
    targets = [target for rule in assembly.resources("Events::Rule").values() for target in rule["Targets"]]
    transformers = [t["InputTransformer"] for t in targets if "InputTransformer" in t]
    assert len(transformers) == 3
    for transformer in transformers:
        assert transformer["InputPathsMap"] == {"detail": "$.detail"}
        assert '"<detail>"' not in transformer["InputTemplate"]


def test_scale_runs_every_minute(assembly: Assembly) -> None:
    _, schedule = assembly.resource("Scheduler::Schedule", "TriggersMinute")
    scale, _ = assembly.resource("Lambda::Function", "FunctionsScale")
    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": [scale, "Arn"]}
    assert schedule["Target"]["Input"] == '{"op":"reconcile"}'


def test_functions_that_callers_wait_for_run_every_day(assembly: Assembly) -> None:
    """Lambda makes a function inactive after weeks without a call, and API Gateway waits for none."""
    uses = [method["Integration"]["Uri"] for method in assembly.resources("ApiGateway::Method").values()]
    uses += [authorizer["AuthorizerUri"] for authorizer in assembly.resources("ApiGateway::Authorizer").values()]
    invoked = {name for name in assembly.resources("Lambda::Function") if f'"{name}"' in json.dumps(uses)}
    daily = [s for s in assembly.resources("Scheduler::Schedule").values() if s["ScheduleExpression"] == "rate(1 day)"]
    assert {schedule["Target"]["Arn"]["Fn::GetAtt"][0] for schedule in daily} == invoked
    assert {schedule["Target"]["Input"] for schedule in daily} == {'{"op":"keep_active"}'}


def test_sweep_runs_every_five_minutes(assembly: Assembly) -> None:
    _, schedule = assembly.resource("Scheduler::Schedule", "TriggersSweep")
    sweep, _ = assembly.resource("Lambda::Function", "FunctionsSweep")
    assert schedule["ScheduleExpression"] == "rate(5 minutes)"
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": [sweep, "Arn"]}
