"""AWS call: a request to the AWS endpoint, as the checks of permissions read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

JSON_SERVICES = {  # begin of X-Amz-Target → service
    "DynamoDB": "dynamodb",
    "AmazonSQS": "sqs",
    "AWSEvents": "events",
    "AWSStepFunctions": "states",
    "AmazonEC2ContainerService": "ecs",
    "AmazonSSM": "ssm",
    "Logs": "logs",
}


@dataclass(frozen=True)
class Call:
    """A request to the AWS endpoint, with the names of its headers in lower case."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    region: str

    @property
    def service(self) -> str:
        """Name of the service in ministack."""
        target = self.headers.get("x-amz-target", "")
        for prefix, service in JSON_SERVICES.items():
            if target.startswith(prefix):
                return service
        return "lambda" if self.path.startswith("/2015-03-31/") else "s3"


def make_call(scope: dict[str, Any], body: bytes) -> Call:
    """Return a request as the checks read it."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    path = unquote(scope.get("raw_path", scope["path"].encode()).split(b"?")[0].decode("latin-1"))
    if "localhost" in (host := headers.get("host", "")) and not host.startswith("localhost"):
        path = f"/{host.split('.', 1)[0]}{path}"  # the bucket is in the host's name
    signed = headers.get("authorization", "").partition("Credential=")[2].split("/")
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    return Call(scope["method"], path, query, headers, body, signed[2] if len(signed) > 2 else "us-east-1")


async def read_body(scope: dict[str, Any], receive: Any) -> tuple[bytes, Any]:
    """Return the body of a request with a JSON protocol, or of DeleteObjects, and a `receive` that repeats it.

    Other bodies are audio: they are neither read nor kept.
    """
    names = {name for name, _ in scope["headers"]}
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    if b"x-amz-target" not in names and not (scope["method"] == "POST" and "delete" in query):
        return b"", receive
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    repeated = False

    async def repeat() -> Any:
        nonlocal repeated
        if repeated:
            return await receive()
        repeated = True
        return {"type": "http.request", "body": body, "more_body": False}

    return body, repeat
