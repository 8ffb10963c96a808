"""Alarms, dead-letter queues and logs."""

from __future__ import annotations

import json

from functions.workers.slots import MAX_COOLDOWN_SECONDS
from infra import ROOT
from infra.monitoring import GUIDE
from tests.synth.assembly import Assembly


def queues_with_alarm_on(assembly: Assembly, metric: str) -> set[str]:
    """Return the logical ids of the queues that have an alarm on a metric."""
    found = set()
    for alarm in assembly.resources("CloudWatch::Alarm").values():
        if alarm.get("MetricName") == metric:
            [dimension] = [d["Value"] for d in alarm["Dimensions"] if d["Name"] == "QueueName"]
            found.add(dimension["Fn::GetAtt"][0])
    return found


def dead_letter_queues(assembly: Assembly) -> set[str]:
    """Return the logical ids of all queues that are a dead-letter queue of something."""

    def targets(value: object) -> set[str]:
        if isinstance(value, list):
            return {t for item in value for t in targets(item)}
        if not isinstance(value, dict):
            return set()
        config = value.get("DeadLetterConfig", {})
        here = [value.get("deadLetterTargetArn"), config.get("Arn"), config.get("TargetArn")]
        return {arn["Fn::GetAtt"][0] for arn in here if arn} | {t for v in value.values() for t in targets(v)}

    return targets(assembly.template["Resources"])


def test_dead_letter_queues_have_an_alarm_or_are_read(assembly: Assembly) -> None:
    """`scale` answers the dead letters of shards; where it fails, its event goes to the queue with the alarm."""
    dead = dead_letter_queues(assembly)
    assert {name[:9] for name in dead} == {"QueuesDea", "TriggersU"}
    read = {assembly.functions()["scale"]["Environment"]["Variables"]["DEAD_QUEUE_URL"]["Ref"]}
    assert dead - read <= queues_with_alarm_on(assembly, "ApproximateNumberOfMessagesVisible")


def test_both_shard_queues_have_an_age_alarm(assembly: Assembly) -> None:
    assert {name[:10] for name in queues_with_alarm_on(assembly, "ApproximateAgeOfOldestMessage")} == {
        "QueuesFast",
        "QueuesBulk",
    }


def test_rules_and_schedule_have_dead_letter_queues(assembly: Assembly) -> None:
    targets = [t for rule in assembly.resources("Events::Rule").values() for t in rule["Targets"]]
    targets += [s["Target"] for s in assembly.resources("Scheduler::Schedule").values()]
    assert len(targets) >= 2
    assert [t["Arn"] for t in targets if "DeadLetterConfig" not in t] == []


def test_alarms_notify_topic_and_say_what_to_do(assembly: Assembly) -> None:
    topic, _ = assembly.resource("SNS::Topic")
    alarms = assembly.resources("CloudWatch::Alarm").values()
    for alarm in alarms:
        assert alarm["AlarmActions"] == [{"Ref": topic}]
        assert "docs/how-to/answer-an-alarm.md#" in alarm["AlarmDescription"]
        assert alarm["TreatMissingData"] == "notBreaching", "a deployment without traffic has no data"


def test_cloudwatch_may_publish_to_alarm_topic(gpu: Assembly) -> None:
    """The topic's own policy replaces the default one, which would allow it."""
    _, policy = gpu.resource("SNS::TopicPolicy")
    allowed = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
    assert [s["Principal"] for s in allowed] == [{"Service": "cloudwatch.amazonaws.com"}]


def test_every_alarm_has_a_section_that_says_what_to_do(gpu: Assembly) -> None:
    guide = (ROOT / GUIDE).read_text()
    sections = {line.removeprefix("## ") for line in guide.splitlines() if line.startswith("## ")}
    named = {alarm["AlarmDescription"].rsplit("#")[-1] for alarm in gpu.resources("CloudWatch::Alarm").values()}
    assert {section.lower() for section in sections} == named


def test_alarms_list_five_metrics(assembly: Assembly) -> None:
    """Each costs a tenth of a dollar a month beyond the ten that are free for an account (docs/explanation/cost.md)."""
    alarms = assembly.resources("CloudWatch::Alarm").values()
    assert sum(len([m for m in a.get("Metrics", [{}]) if "Expression" not in m]) for a in alarms) == 5


def test_events_at_which_functions_fail_are_kept(assembly: Assembly) -> None:
    """No caller waits for these functions: an error of theirs is seen by the alarm on the queue alone."""
    [undelivered] = [
        name for name in queues_with_alarm_on(assembly, "ApproximateNumberOfMessagesVisible") if "Und" in name
    ]
    kept = assembly.resources("Lambda::EventInvokeConfig").values()
    targets = {each["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0] for each in kept}
    functions = {each["FunctionName"]["Ref"].removeprefix("Functions")[:-8] for each in kept}

    assert targets == {undelivered}
    assert functions == {"Fail", "Scale", "Sweep"}


def test_only_the_queue_of_callbacks_has_pollers(assembly: Assembly) -> None:
    """With a maximum concurrency Lambda keeps five pollers of a queue, which ask it all day, and are billed."""
    [mapping] = assembly.resources("Lambda::EventSourceMapping").values()
    assert mapping["FunctionName"]["Ref"].startswith("FunctionsCallback")
    assert "ScalingConfig" in mapping


def test_dashboard_has_every_alarm_and_costs_by_choice(gpu: Assembly, public: Assembly) -> None:
    assert gpu.resources("CloudWatch::Dashboard") == {}, "three dollars a month"
    _, dashboard = public.resource("CloudWatch::Dashboard")
    dashboard_json = json.dumps(dashboard)
    assert all(name in dashboard_json for name in public.resources("CloudWatch::Alarm"))


def test_functions_of_schedules_write_no_traces_and_logs(assembly: Assembly) -> None:
    """A trace for each minute and each five: 52,000 a month, of a hundred thousand free ones; lines in a log."""
    functions = assembly.functions()
    modes = {name: function.get("TracingConfig", {}).get("Mode") for name, function in functions.items()}
    quiet = {name for name, function in functions.items() if function["LoggingConfig"].get("SystemLogLevel") == "WARN"}
    assert {name for name, mode in modes.items() if mode != "Active"} == quiet == {"scale", "sweep"}


def test_nothing_writes_metrics_that_are_billed_while_idle(assembly: Assembly) -> None:
    """Metrics of each method, and Container Insights: custom metrics, at $0.30 a month each."""
    _, stage = assembly.resource("ApiGateway::Stage")
    assert {settings["MetricsEnabled"] for settings in stage["MethodSettings"]} == {False}
    _, cluster = assembly.resource("ECS::Cluster")
    assert cluster["ClusterSettings"] == [{"Name": "containerInsights", "Value": "disabled"}]


def test_alarm_on_the_api_counts_this_deployments_errors(assembly: Assembly) -> None:
    """CloudWatch has one metric for all APIs of a name, in an account and region."""
    _, rest = assembly.resource("ApiGateway::RestApi")
    [alarm] = [a for a in assembly.resources("CloudWatch::Alarm").values() if a.get("Namespace") == "AWS/ApiGateway"]
    assert rest["Name"] == "Earshot", "the deployment's name; test_stack_contract compares with a second one's"
    assert alarm["Dimensions"] == [{"Name": "ApiName", "Value": rest["Name"]}]


def test_broken_image_raises_an_alarm_despite_its_cooldown(gpu: Assembly) -> None:
    """Its launches become as rare as the longest cooldown; each counts two."""
    [alarm] = [a for name, a in gpu.resources("CloudWatch::Alarm").items() if "Failures" in name]
    assert alarm["Threshold"] < 2 * alarm["Period"] / MAX_COOLDOWN_SECONDS


def test_alarm_email_subscribes_to_topic(gpu: Assembly, public: Assembly) -> None:
    assert gpu.resources("SNS::Subscription") == {}
    _, subscription = public.resource("SNS::Subscription")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "ops@example.org")


def test_log_groups_expire_after_30_days(assembly: Assembly) -> None:
    groups = assembly.resources("Logs::LogGroup")
    assert len(groups) >= len(assembly.functions()) + 4
    assert {g["RetentionInDays"] for g in groups.values()} == {30}


def test_functions_log_to_groups_of_the_stack(assembly: Assembly) -> None:
    groups = set(assembly.resources("Logs::LogGroup"))
    assert {f["LoggingConfig"]["LogGroup"]["Ref"] for f in assembly.functions().values()} <= groups


def test_access_log_has_caller_and_no_bodies(assembly: Assembly) -> None:
    _, stage = assembly.resource("ApiGateway::Stage")
    assert {"requestId", "status", "latency", "caller"} <= set(json.loads(stage["AccessLogSetting"]["Format"]))
    assert stage["MethodSettings"]
    for settings in stage["MethodSettings"]:
        assert settings["DataTraceEnabled"] is False
        assert "LoggingLevel" not in settings
    # Without the account's logging role API Gateway rejects a stage with access logs.
    assert assembly.resource("ApiGateway::Account")
