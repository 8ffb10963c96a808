"""Nothing goes wrong unseen, and nothing is logged for ever."""

from __future__ import annotations

import json

from tests.synth.assembly import Assembly


def watched(assembly: Assembly, metric: str) -> set[str]:
    """Queues that an alarm on a metric looks at, by logical id."""
    found = set()
    for alarm in assembly.of("CloudWatch::Alarm").values():
        if alarm.get("MetricName") == metric:
            [dimension] = [d["Value"] for d in alarm["Dimensions"] if d["Name"] == "QueueName"]
            found.add(dimension["Fn::GetAtt"][0])
    return found


def dead_letter_queues(assembly: Assembly) -> set[str]:
    """Wherever something ends that could not be handled."""

    def targets(value: object) -> set[str]:
        if isinstance(value, list):
            return {t for item in value for t in targets(item)}
        if not isinstance(value, dict):
            return set()
        config = value.get("DeadLetterConfig", {})
        here = [value.get("deadLetterTargetArn"), config.get("Arn"), config.get("TargetArn")]
        return {arn["Fn::GetAtt"][0] for arn in here if arn} | {t for v in value.values() for t in targets(v)}

    return targets(assembly.template["Resources"])


def test_no_dead_letter_stays_unseen(assembly: Assembly) -> None:
    dead = dead_letter_queues(assembly)
    assert {name[:9] for name in dead} == {"QueuesDea", "TriggersU"}
    assert dead <= watched(assembly, "ApproximateNumberOfMessagesVisible")


def test_waiting_too_long_is_seen_in_both_lanes(assembly: Assembly) -> None:
    assert {name[:10] for name in watched(assembly, "ApproximateAgeOfOldestMessage")} == {
        "QueuesFast",
        "QueuesBulk",
    }


def test_what_eventbridge_or_the_scheduler_cannot_deliver_is_kept(assembly: Assembly) -> None:
    targets = [t for rule in assembly.of("Events::Rule").values() for t in rule["Targets"]]
    targets += [s["Target"] for s in assembly.of("Scheduler::Schedule").values()]
    assert len(targets) >= 2
    assert [t["Arn"] for t in targets if "DeadLetterConfig" not in t] == []


def test_every_alarm_tells_the_topic_and_says_where_to_look(assembly: Assembly) -> None:
    topic, _ = assembly.one("SNS::Topic")
    alarms = assembly.of("CloudWatch::Alarm").values()
    for alarm in alarms:
        assert alarm["AlarmActions"] == [{"Ref": topic}]
        assert alarm["AlarmDescription"].endswith(".")
        assert alarm["TreatMissingData"] == "notBreaching", "nobody speaking is no alarm"
    _, board = assembly.one("CloudWatch::Dashboard")
    shown = json.dumps(board)
    assert all(name in shown for name in assembly.of("CloudWatch::Alarm"))


def test_cloudwatch_may_publish_to_the_topic(gpu: Assembly) -> None:
    """A topic's own policy takes the place of the default one, which would have let it."""
    _, policy = gpu.one("SNS::TopicPolicy")
    allowed = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
    assert [s["Principal"] for s in allowed] == [{"Service": "cloudwatch.amazonaws.com"}]


def test_a_function_that_raises_is_seen_unless_the_audio_was_bad(assembly: Assembly) -> None:
    [alarm] = [a for n, a in assembly.of("CloudWatch::Alarm").items() if "FunctionsFail" in n]
    [expression] = [m["Expression"] for m in alarm["Metrics"] if "Expression" in m]
    assert set(expression.split(" + ")) == set(assembly.functions()) - {"prepare"}


def test_alarms_reach_a_mailbox_when_one_is_named(gpu: Assembly, public: Assembly) -> None:
    assert gpu.of("SNS::Subscription") == {}
    _, subscription = public.one("SNS::Subscription")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "ops@example.org")


def test_every_log_is_forgotten_after_a_month(assembly: Assembly) -> None:
    groups = assembly.of("Logs::LogGroup")
    assert len(groups) >= len(assembly.functions()) + 4
    assert {g["RetentionInDays"] for g in groups.values()} == {30}


def test_every_function_writes_to_a_group_of_the_stack(assembly: Assembly) -> None:
    groups = set(assembly.of("Logs::LogGroup"))
    assert {f["LoggingConfig"]["LogGroup"]["Ref"] for f in assembly.functions().values()} <= groups


def test_the_api_logs_who_called_and_never_what_was_said(assembly: Assembly) -> None:
    _, stage = assembly.one("ApiGateway::Stage")
    assert {"requestId", "status", "latency", "caller"} <= set(json.loads(stage["AccessLogSetting"]["Format"]))
    [settings] = stage["MethodSettings"]
    assert settings["DataTraceEnabled"] is False
    assert "LoggingLevel" not in settings
    # Without the account's role, API Gateway refuses a stage with access logs.
    assert assembly.one("ApiGateway::Account")
