"""Callbacks: queue, retries, dead letters, and the rule that selects jobs."""

from __future__ import annotations

from math import ceil

from functions.aws.queues.callback_queue import MAX_HIDDEN_SECONDS
from functions.aws.table.slow_downloads import MAX_SLOW_DOWNLOADS
from functions.network.callback_schedule import JITTER, MAX_RETRY_AFTER, RETRY_DELAYS
from infra.settings import StackSettings
from tests.synth.assembly import Assembly

# Lambda executions at once: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
NEW_ACCOUNT_CONCURRENCY = 10
FOR_CALLERS = 2  # of them, whatever the others do: one waits for its job, one asks


def test_callback_message_outlives_all_tries(gpu: Assembly) -> None:
    undelivered, _ = gpu.resource("SQS::Queue", "TriggersUndelivered")
    _, queue = gpu.resource("SQS::Queue", "Callbacks")

    assert queue["MessageRetentionPeriod"] > len(RETRY_DELAYS) * (1 + JITTER) * MAX_RETRY_AFTER
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": [undelivered, "Arn"]}
    receives = 1 + len(RETRY_DELAYS) * ceil((1 + JITTER) * MAX_RETRY_AFTER / MAX_HIDDEN_SECONDS)
    assert queue["RedrivePolicy"]["maxReceiveCount"] > receives


def test_callback_function_reads_one_message_reports_failures(gpu: Assembly) -> None:
    name, queue = gpu.resource("SQS::Queue", "Callbacks")
    _, mapping = gpu.resource("Lambda::EventSourceMapping", "FunctionsCallback")

    assert mapping["EventSourceArn"] == {"Fn::GetAtt": [name, "Arn"]}
    assert mapping["BatchSize"] == 1
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    # A try ends before the message is visible again.
    assert gpu.functions()["callback"]["Timeout"] < queue["VisibilityTimeout"]


def test_silent_receivers_leave_functions_for_callers(gpu: Assembly) -> None:
    """Receivers, slow downloads and quick workers may hold functions for long, in an account that may run ten."""
    _, mapping = gpu.resource("Lambda::EventSourceMapping", "FunctionsCallback")
    deliveries = mapping["ScalingConfig"]["MaximumConcurrency"]

    assert deliveries >= 2  # the least that SQS takes
    assert deliveries + MAX_SLOW_DOWNLOADS + StackSettings().quick_workers + FOR_CALLERS <= NEW_ACCOUNT_CONCURRENCY
    # No other queue or stream invokes a function, as many at once as there are messages.
    assert len(gpu.resources("Lambda::EventSourceMapping")) == 1


def test_callback_rule_matches_finished_jobs_with_a_callback(gpu: Assembly) -> None:
    name, _ = gpu.resource("SQS::Queue", "Callbacks")
    _, rule = gpu.resource("Events::Rule", "Callbacks")

    assert [target["Arn"] for target in rule["Targets"]] == [{"Fn::GetAtt": [name, "Arn"]}]
    pattern = rule["EventPattern"]
    assert pattern["detail-type"] == ["Transcription Completed", "Transcription Failed"]
    assert pattern["detail"] == {"callback": [True]}
