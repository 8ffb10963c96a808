"""Permissions at the AWS endpoint: a call that a role's policies do not allow is refused, as AWS refuses it.

The policies are those of the deployed template, evaluated by ministack's IAM. Every function, container and state
machine signs with its role's key (`role_credentials.py`); calls with other keys are the operator's, who may do all.
What was allowed by which grant, and what was refused, is in `logs/aws-calls.json`.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from localcloud.emulator import role_credentials
from localcloud.emulator.failure_log import FailureLog

FILE = "aws-calls.json"  # in the folder of logs
ACCOUNT = "000000000000"  # ministack's
TOKEN_OPERATIONS = ("states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat")
NOT_FOUND = 404
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


@dataclass(frozen=True)
class Check:
    """An action that a call needs, and the resources of which one has to be allowed."""

    action: str
    resources: tuple[str, ...]


@dataclass(frozen=True)
class Grant:
    """One action on one pattern of resources that a role's policies allow."""

    action: str
    resource: str
    conditions: str = ""  # as JSON


class Permissions:
    """ASGI application around the AWS endpoint; refuses what the caller's role may not do.

    Args:
        app: the AWS endpoint's ASGI application.
        failures: gets a line for each refusal.
        logs: folder that gets `aws-calls.json`.
    """

    def __init__(self, app: Any, failures: FailureLog, logs: Path) -> None:
        self.app, self.failures, self.path = app, failures, logs / FILE
        self.lock = threading.Lock()
        self.roles: dict[str, str] = {}  # access key → role
        self.used: Counter[tuple[str, Grant]] = Counter()
        self.denied: Counter[tuple[str, str, str]] = Counter()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one request, or refuse it."""
        role = self.role_of(scope) if scope["type"] == "http" else None
        if role is None:
            await self.app(scope, receive, send)
            return
        from ministack.core.responses import request_scope

        body, receive = await read_body(scope, receive)
        call = make_call(scope, body)
        with request_scope(ACCOUNT, call.region):
            required = list(checks(call))
            refused = next((check for check in required if not self.allows(role, check, call)), None)
        if refused is not None:
            await self.refuse(send, call, role, refused)
            return

        hidden = False

        async def send_or_hide(message: dict[str, Any]) -> None:
            """Without ListBucket S3 does not tell that there is no such object: it answers 403."""
            nonlocal hidden
            if message["type"] == "http.response.start" and message["status"] == NOT_FOUND and is_read(required):
                listing = Check("s3:ListBucket", (required[0].resources[0].split("/", 1)[0],))
                if not self.allows(role, listing, call):
                    hidden = True
                    await self.refuse(send, call, role, listing)
            if not hidden:
                await send(message)

        await self.app(scope, receive, send_or_hide)

    def role_of(self, scope: dict[str, Any]) -> str | None:
        """Return the role whose key signed a request; None for the operator's keys and unsigned requests."""
        from ministack.core.router import extract_access_key_id
        from ministack.services import iam, sts

        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        key = extract_access_key_id(headers, parse_qs(scope.get("query_string", b"").decode("latin-1")))
        if not key.startswith("ASIA"):
            return None
        if key not in self.roles:
            names = [role["RoleName"] for role in list(iam._roles.values())]
            self.roles = {role_credentials.access_key(name): name for name in names}
        role = self.roles.get(key)
        if role is not None and key not in sts._sessions:
            sts._sessions[key] = role_credentials.session(role, ACCOUNT)
        return role

    def allows(self, role: str, check: Check, call: Call) -> bool:
        """Return whether the role's policies allow an action; note the grant that does, or the refusal."""
        for resource in check.resources:
            if grant := matching_grant(role, check.action, resource, call.region):
                with self.lock:
                    self.used[(role, grant)] += 1
                    if self.used[(role, grant)] == 1:
                        self.save()
                return True
        with self.lock:
            self.denied[(role, check.action, check.resources[0])] += 1
            self.save()
        return False

    def save(self) -> None:
        """Write what was called so far: after each new kind of call, and when the emulator stops."""
        used = [
            {"role": role, "action": grant.action, "resource": grant.resource, "calls": calls}
            for (role, grant), calls in self.used.items()
        ]
        denied = [
            {"role": role, "action": action, "resource": resource, "calls": calls}
            for (role, action, resource), calls in self.denied.items()
        ]
        partial = self.path.with_suffix(".partial")
        partial.write_text(json.dumps({"used": used, "denied": denied, "granted": granted()}, indent=1))
        partial.replace(self.path)

    async def refuse(self, send: Any, call: Call, role: str, check: Check) -> None:
        """Answer as the service does when IAM denies."""
        from ministack.core.iam_actions import access_denied_response

        principal = role_credentials.session(role, ACCOUNT)["Arn"]
        self.failures.report(f"AWS would refuse this: {role} has no {check.action} on {check.resources[0]}")
        status, headers, body = access_denied_response(
            call.service, check.action, principal, "denied", headers=call.headers, resource_arn=check.resources[0]
        )
        encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        encoded += [(b"content-length", str(len(body)).encode()), (b"x-amzn-requestid", b"denied")]
        await send({"type": "http.response.start", "status": status, "headers": encoded})
        await send({"type": "http.response.body", "body": b"" if call.method == "HEAD" else body})


def matching_grant(role: str, action: str, resource: str, region: str) -> Grant | None:
    """Return the grant of a role's deployed policies that allows an action on a resource."""
    from ministack.core.iam_evaluator import EvalContext, _conditions_met, _first_match

    context = EvalContext(
        principal_arn=role_credentials.session(role, ACCOUNT)["Arn"],
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=action,
        resource_arn=resource,
        region=region,
        secure_transport=True,  # as it is on AWS; here there is no TLS on the loopback interface
    )
    statements = deployed_statements(role)
    if _first_match(context, statements, "Deny"):
        return None
    for grant in grants_of(statements):
        if fits(context, grant) and _conditions_met(json.loads(grant.conditions or "{}"), context):
            return grant
    return None


def granted() -> list[dict[str, str]]:
    """Return every grant of every role."""
    from ministack.services import iam

    return [
        {"role": role, "action": grant.action, "resource": grant.resource}
        for role in [record["RoleName"] for record in list(iam._roles.values())]
        for grant in grants_of(deployed_statements(role))
    ]


def deployed_statements(role: str) -> list[Any]:
    """Return the statements of a role's policies, as CloudFormation attached them."""
    from ministack.services import iam

    record = iam._roles.get_scoped(ACCOUNT, None, role) or {}
    documents = record.get("InlinePolicies", {}).values()
    return parse(tuple(d if isinstance(d, str) else json.dumps(d) for d in documents))


@lru_cache(maxsize=256)
def parse(documents: tuple[str, ...]) -> list[Any]:
    """Return the statements of policy documents."""
    from ministack.core.iam_evaluator import parse_policy_document

    return [statement for document in documents for statement in parse_policy_document(document)]


def grants_of(statements: list[Any]) -> Iterator[Grant]:
    """Yield each action on each resource that statements allow."""
    for statement in statements:
        if statement.effect == "Allow":
            conditions = json.dumps(statement.conditions) if statement.conditions else ""
            for action in statement.actions:
                yield from (Grant(action, resource, conditions) for resource in statement.resources)


def fits(context: Any, grant: Grant) -> bool:
    """Return whether a grant names the action and the resource of a request."""
    from ministack.core.iam_evaluator import _action_matches, _resource_matches

    return bool(
        _action_matches(context.action, [grant.action], [])
        and _resource_matches(context.resource_arn, [grant.resource], [])
    )


def checks(call: Call) -> Iterator[Check]:
    """Yield the actions that a call needs, by AWS's Service Authorization Reference."""
    from ministack.core import iam_actions

    service, region = call.service, call.region
    arguments = (service, call.method, call.path, call.headers, call.body, call.query)
    action = iam_actions.extract_iam_action(*arguments)
    if action is None:
        return
    resource = iam_actions.extract_resource_arn(*arguments, region, ACCOUNT)
    if service == "s3":
        yield Check(action, (resource,))
        extra = iam_actions.s3_additional_checks(call.method, call.path, call.headers, call.body, call.query)
        # "If-Match … you must have the s3:GetObject permission, too"
        # (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
        extra += [("s3:GetObject", resource)] if action == "s3:PutObject" and "if-match" in call.headers else []
        yield from (Check(name, (arn,)) for name, arn in extra)
    elif service == "dynamodb":
        items = iam_actions.dynamodb_transaction_checks(action, call.body, region, ACCOUNT)
        tables = iam_actions.dynamodb_resource_arns(call.body, region, ACCOUNT)
        yield from (Check(name, (arn,)) for name, arn in items or [(action, arn) for arn in tables])
    elif service == "events":
        buses = iam_actions.eventbridge_resource_arns(call.body, region, ACCOUNT)
        yield from (Check(action, (arn,)) for arn in buses or [resource])
    elif action in TOKEN_OPERATIONS:
        # A token names its state machine on AWS; here any of the account's may be meant.
        yield Check(action, tuple(state_machines()))
    elif service == "sqs":
        yield Check(action.removesuffix("Batch"), (resource,))  # a batch is authorized as its single operation
    elif service == "ecs":
        yield from task_checks(action, json.loads(call.body or b"{}"))
    else:
        yield Check(action, (resource,))


def task_checks(action: str, document: Mapping[str, Any]) -> Iterator[Check]:
    """Yield the checks of a call to ECS. RunTask also hands the task's roles over to ECS."""
    if action != "ecs:RunTask":
        yield Check(action, (document.get("task") or next(iter(document.get("tasks", [])), "*"),))
        return
    from ministack.services import ecs

    definition = ecs._task_defs[ecs._resolve_td_key(document["taskDefinition"])]
    yield Check(action, (definition["taskDefinitionArn"],))
    for role in filter(None, (definition.get("taskRoleArn"), definition.get("executionRoleArn"))):
        yield Check("iam:PassRole", (role,))


def task_credentials(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with the credentials of a task's role, for the labels that ministack puts on containers."""
    from ministack.services import ecs

    family, version = (labels.get(f"com.amazonaws.ecs.task-definition-{name}", "") for name in ("family", "version"))
    definition = ecs._task_defs.get(f"{family}:{version}") or {}
    return role_credentials.environment(definition.get("taskRoleArn") or "")


def state_machines() -> list[str]:
    """Return the ARNs of the deployed state machines."""
    from ministack.services import stepfunctions

    return [machine["stateMachineArn"] for machine in list(stepfunctions._state_machines.values())] or ["*"]


def is_read(required: list[Check]) -> bool:
    """Return whether a call reads an object."""
    return bool(required) and required[0].action in ("s3:GetObject", "s3:GetObjectVersion")


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
