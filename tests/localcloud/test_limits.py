"""Limits of AWS that the local cloud has too: what goes over one here fails as it would there.

Others are tested beside what has them: API Gateway's 10 MB and 29 s (`emulator/test_api_gateway.py`), Lambda's event,
result, memory and timeout (`emulator/test_lambda_runtime.py`).
"""

from __future__ import annotations

import io
import json
import threading
import time
import urllib.error
import urllib.request
import zipfile
from contextlib import nullcontext
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.cloud import Cloud
from localcloud.emulator.step_functions import MAX_DATA_BYTES, MAX_HISTORY_EVENTS, ExecutionRunner
from localcloud.emulator_process import REGION

MIB = 1024 * 1024
ROLE = "arn:aws:iam::000000000000:role/scratch"


def machine(cloud: Cloud, name: str, states: dict[str, Any]) -> str:
    definition = json.dumps({"StartAt": next(iter(states)), "States": states})
    made = cloud.client("stepfunctions").create_state_machine(name=name, definition=definition, roleArn=ROLE)
    return str(made["stateMachineArn"])


def test_execution_input_over_256_kb_is_refused(cloud: Cloud) -> None:
    states = cloud.client("stepfunctions")
    arn = machine(cloud, "limits-input", {"Done": {"Type": "Succeed"}})
    states.start_execution(stateMachineArn=arn, input=json.dumps("x" * (MAX_DATA_BYTES - 2)))
    with pytest.raises(ClientError, match="ValidationException"):
        states.start_execution(stateMachineArn=arn, input=json.dumps("x" * MAX_DATA_BYTES))


def test_task_output_over_256_kb_is_refused(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="less than or equal to 262144"):
        cloud.client("stepfunctions").send_task_success(taskToken="x", output=json.dumps("x" * MAX_DATA_BYTES))


def test_function_result_over_256_kb_fails_its_state(cloud: Cloud) -> None:
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("index.py", f"def handler(event, context):\n    return 'x' * {MAX_DATA_BYTES}\n")
    cloud.client("lambda").create_function(
        FunctionName="limits-result",
        Runtime="python3.13",
        Role=ROLE,
        Handler="index.handler",
        Code={"ZipFile": bundle.getvalue()},
    )
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "limits-result"},
        "End": True,
    }
    states = cloud.client("stepfunctions")
    started = states.start_execution(stateMachineArn=machine(cloud, "limits-result", {"Call": task}))
    for _ in range(500):
        ended = states.describe_execution(executionArn=started["executionArn"])
        if ended["status"] != "RUNNING":
            break
        time.sleep(0.05)
    assert (ended["status"], ended["error"]) == ("FAILED", "States.DataLimitExceeded")


@pytest.mark.parametrize(("count", "status"), [(MAX_HISTORY_EVENTS, "SUCCEEDED"), (MAX_HISTORY_EVENTS + 1, "FAILED")])
def test_execution_over_25000_events_fails(cloud: Cloud, count: int, status: str) -> None:
    """The runner's own step alone: an execution of that length takes minutes."""

    class Anything:
        def __getattr__(self, _: str) -> Any:
            return lambda *_: {}

    runner: Any = ExecutionRunner.__new__(ExecutionRunner)
    runner.states, runner.state, runner.lock = Anything(), Anything(), threading.Lock()
    runner.states._executions = {}
    runner.state.journal = Anything()
    execution: Any = Anything()
    execution.to_history_output = lambda: {"events": [{}] * count}
    execution.exec_status, execution.output = type("Status", (), {"value": "SUCCEEDED"}), {}
    record = {"status": "RUNNING", "executionArn": "arn"}
    runner.record_outcome(record, execution)
    assert record["status"] == status


def test_presigned_url_expires(cloud: Cloud) -> None:
    """The functions sign with version 4."""
    cloud.client("s3").put_object(Bucket=cloud.outputs["ModelsBucket"], Key="limits", Body=b"x")
    operator = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": REGION}
    version4 = Config(signature_version="s3v4", s3={"addressing_style": "path"}, proxies={})
    s3 = boto3.client("s3", endpoint_url=cloud.aws, config=version4, **operator)
    where = {"Bucket": cloud.outputs["ModelsBucket"], "Key": "limits"}
    valid, short = (s3.generate_presigned_url("get_object", Params=where, ExpiresIn=seconds) for seconds in (600, 1))
    time.sleep(2.1)
    assert urllib.request.urlopen(valid).read() == b"x"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(short)


def test_message_over_1_mb_is_refused(cloud: Cloud) -> None:
    """1 MiB since August 2025, 256 KiB before: SQS Developer Guide, message quotas."""
    sqs = cloud.client("sqs")
    queue = sqs.create_queue(QueueName="limits")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="x" * MIB)
    with pytest.raises(ClientError, match="must be shorter than 1048576 bytes"):
        sqs.send_message(QueueUrl=queue, MessageBody="x" * (MIB + 1))
    sqs.delete_queue(QueueUrl=queue)


def test_event_over_1_mb_is_refused(cloud: Cloud) -> None:
    events, bus = cloud.client("events"), cloud.outputs["BusName"]
    entry = {"Source": "limits", "DetailType": "Limits", "EventBusName": bus}
    maximum = MIB - len("limitsLimits")
    for size, refused in ((maximum, False), (maximum + 1, True)):
        expected = pytest.raises(ClientError, match="over the limit") if refused else nullcontext()
        with expected:
            events.put_events(Entries=[{**entry, "Detail": json.dumps("x" * (size - 2))}])


def test_item_over_400_kb_is_refused(cloud: Cloud) -> None:
    item = {"pk": {"S": "LIMITS"}, "text": {"S": "x" * 400 * 1024}}
    with pytest.raises(ClientError, match="exceeded the maximum allowed size"):
        cloud.client("dynamodb").put_item(TableName=cloud.outputs["TableName"], Item=item)


@pytest.mark.parametrize("handler", ["authorize", "api"])
def test_throttled_function_is_answered_429(cloud: Cloud, handler: str) -> None:
    """As in AWS, where a gateway calls that INTEGRATION_FAILURE and AUTHORIZER_FAILURE: by themselves 5xx."""
    functions = cloud.client("lambda")
    listed = functions.list_functions()["Functions"]
    [name] = [each["FunctionName"] for each in listed if f".handlers.{handler}." in each.get("Handler", "")]
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{cloud.api}/v1/listen", b"no matter what", timeout=30)
    finally:
        functions.delete_function_concurrency(FunctionName=name)
    answer = refused.value
    assert (answer.code, answer.headers["Retry-After"]) == (429, "10")
    assert json.load(answer)["err_code"] == "TOO_MANY_REQUESTS"
