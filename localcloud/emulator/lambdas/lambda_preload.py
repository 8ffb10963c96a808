"""Preload of boto3: made once, in the process that the environments of all Lambda functions are forked from.

Loaded by `lambda_sandbox.py`, by its path: it imports nothing of this repository.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable
from typing import Any

PRELOADED_MODULES = (
    "boto3",
    "aws_lambda_powertools",
    "aws_lambda_powertools.utilities.data_classes",
)
PRELOADED_CLIENTS = ("dynamodb", "s3", "sqs", "stepfunctions", "lambda", "events")
# With what `functions.aws.clients` asks for its S3 client; a test compares.
S3_OPTIONS: dict[str, Any] = {
    "signature_version": "s3v4",
    "s3": {"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
}


def preload() -> None:
    """Import the modules and make the clients that every fork inherits.

    A client takes 50 to 100 ms of processor time and some MB. A fork that asks for one with the same arguments gets the
    one that is there, which has opened no connection yet. Eight calls of AWS are made once before: in a fork they then
    take 26 ms of processor time instead of 53, and 8.4 MB instead of 10.9 (measured).
    """
    for name in PRELOADED_MODULES:
        importlib.import_module(name)
    import boto3
    from boto3.dynamodb.conditions import Attr, Key
    from botocore.config import Config

    boto3.setup_default_session()
    session: Any = boto3.DEFAULT_SESSION
    session.client, session.resource = remember(session.client), remember(session.resource)
    for service in PRELOADED_CLIENTS:
        session.client(service)
    s3, states = session.client("s3", config=Config(**S3_OPTIONS)), session.client("stepfunctions")
    table = session.resource("dynamodb").Table("none")
    key, condition = {"pk": "none"}, Key("pk").eq("none")
    absent = Attr("pk").not_exists()
    exercise(s3, b"", lambda: s3.put_object(Bucket="none", Key="none", Body=b""))
    exercise(s3, b"", lambda: s3.get_object(Bucket="none", Key="none"))
    exercise(s3, b"", lambda: s3.head_object(Bucket="none", Key="none"))
    exercise(states, b"{}", lambda: states.start_execution(stateMachineArn="none", input="{}"))
    exercise(table.meta.client, b"{}", lambda: table.get_item(Key=key))
    exercise(table.meta.client, b"{}", lambda: table.query(KeyConditionExpression=condition))
    exercise(table.meta.client, b"{}", lambda: table.put_item(Item=key, ConditionExpression=absent))
    exercise(table.meta.client, b"{}", lambda: table.update_item(Key=key, ConditionExpression=absent))


def exercise(client: Any, body: bytes, call: Callable[[], Any]) -> None:
    """Make a call that reaches no service: what botocore computes at a first call is then in memory once.

    Args:
        client: the client that the call uses.
        body: body of the answer.
        call: makes the call.
    """
    from botocore.awsrequest import AWSResponse
    from urllib3.response import HTTPResponse

    def answer(request: Any, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, 200, {}, HTTPResponse(io.BytesIO(body), preload_content=False))

    client.meta.events.register_first("before-send", answer)
    try:
        call()
    finally:
        client.meta.events.unregister("before-send", answer)


def remember(make: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that makes each client once: the same for the same service and options."""
    made: dict[str, Any] = {}

    def make_once(service: str, **options: Any) -> Any:
        chosen = {name: value for name, value in options.items() if value is not None}
        if "config" in chosen:
            chosen["config"] = sorted(chosen["config"]._user_provided_options.items())
        key = repr((service, sorted(chosen.items())))
        if key not in made:
            made[key] = make(service, **options)
        return made[key]

    return make_once
