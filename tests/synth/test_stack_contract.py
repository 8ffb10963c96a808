"""Names that clients, functions, workers and the local cloud rely on: outputs, parameters, logical ids, triggers."""

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


def test_stack_has_cost_allocation_tags(gpu: Assembly) -> None:
    manifest = json.loads((gpu.folder / "manifest.json").read_text())
    assert manifest["artifacts"]["Earshot"]["properties"]["tags"] == {"Application": "Earshot", "Deployment": "Earshot"}


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


def test_shard_is_visible_after_9_or_60_seconds_4_times(gpu: Assembly) -> None:
    dead, _ = gpu.resource("SQS::Queue", "QueuesDead")
    for queue_name, seconds in (("Fast", 9), ("Bulk", 60)):
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
