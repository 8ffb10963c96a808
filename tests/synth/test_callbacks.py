"""What keeps a callback waiting, trying again, and in the end not lost."""

from __future__ import annotations

from tests.synth.assembly import Assembly


def test_a_callback_is_tried_eleven_times_half_a_minute_apart(gpu: Assembly) -> None:
    undelivered, _ = gpu.one("SQS::Queue", "TriggersUndelivered")
    _, queue = gpu.one("SQS::Queue", "Callbacks")

    assert queue["VisibilityTimeout"] == 30
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": [undelivered, "Arn"]},
        "maxReceiveCount": 11,
    }


def test_the_function_takes_one_at_a_time_and_keeps_what_it_could_not_deliver(gpu: Assembly) -> None:
    name, queue = gpu.one("SQS::Queue", "Callbacks")
    _, mapping = gpu.one("Lambda::EventSourceMapping", "FunctionsCallback")

    assert mapping["EventSourceArn"] == {"Fn::GetAtt": [name, "Arn"]}
    assert mapping["BatchSize"] == 1
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    # A try is over before the queue hands the same message out again.
    assert gpu.functions()["callback"]["Timeout"] < queue["VisibilityTimeout"]


def test_only_jobs_that_are_over_and_named_an_address_come(gpu: Assembly) -> None:
    name, _ = gpu.one("SQS::Queue", "Callbacks")
    _, rule = gpu.one("Events::Rule", "Callbacks")

    assert [target["Arn"] for target in rule["Targets"]] == [{"Fn::GetAtt": [name, "Arn"]}]
    pattern = rule["EventPattern"]
    assert pattern["detail-type"] == ["Transcription Completed", "Transcription Failed"]
    assert pattern["detail"] == {"callback": [True]}
