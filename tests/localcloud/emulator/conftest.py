"""A state machine, a function and a queue of a test's own in the local cloud."""

from __future__ import annotations

import io
import itertools
import json
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from localcloud.cloud import Cloud
from tests.fixtures.local_cloud.lambda_functions import emulator_credentials, environments  # noqa: F401
from tests.fixtures.local_cloud.state_machines import ROLE, Execution, Run

SOURCE = """
import json

class ApiError(Exception):
    pass

def handler(event, context):
    if event.get("refuse"):
        raise ApiError(json.dumps({"err_code": "Bad Request"}))
    return event
"""


@pytest.fixture
def run(cloud: Cloud) -> Run:
    """Run a machine of the given states, the first one first."""
    states, numbers = cloud.client("stepfunctions"), itertools.count()

    def start(states_by_name: dict[str, Any], name: str | None = None, **body: Any) -> Execution:
        definition = json.dumps({"StartAt": next(iter(states_by_name)), "States": states_by_name})
        arn = states.create_state_machine(
            name=f"scratch-{time.time_ns()}-{next(numbers)}", definition=definition, roleArn=ROLE
        )["stateMachineArn"]
        name_argument = {"name": name} if name else {}
        started = states.start_execution(stateMachineArn=arn, input=json.dumps(body), **name_argument)
        return Execution(states, started["executionArn"])

    return start


@pytest.fixture(scope="module")
def function(cloud: Cloud) -> Iterator[str]:
    """ARN of a function that returns its event, or raises."""
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("index.py", SOURCE)
    functions = cloud.client("lambda")
    yield functions.create_function(
        FunctionName="answering",
        Runtime="python3.13",
        Handler="index.handler",
        Role=ROLE,
        Code={"ZipFile": bundle.getvalue()},
    )["FunctionArn"]
    functions.delete_function(FunctionName="answering")


@pytest.fixture
def queue(cloud: Cloud) -> Iterator[str]:
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName=f"scratch-{time.time_ns()}")["QueueUrl"]
    yield url
    sqs.delete_queue(QueueUrl=url)
