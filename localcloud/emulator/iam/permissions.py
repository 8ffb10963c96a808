"""Permissions at the AWS endpoint: a call that a role's policies do not allow is refused, as AWS refuses it.

The policies are those of the deployed template, evaluated by ministack's IAM. Every function, container and state
machine signs with its role's key (`role_credentials.py`); calls with other keys are the operator's, all allowed.
`logs/aws-calls.json` has the calls that each grant allowed, and those that were refused.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from localcloud.emulator.failure_log import FailureLog
from localcloud.emulator.iam import role_credentials
from localcloud.emulator.iam.aws_call import Call, make_call, read_body
from localcloud.emulator.iam.required_actions import ACCOUNT, Check, checks, is_read

FILE = "aws-calls.json"  # in the folder of logs
NOT_FOUND = 404


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
            """Answer 403 instead of 404 to a role without ListBucket: S3 does not tell it that an object is missing."""
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
        resource_arn=" ".join(resource.splitlines()),  # ministack's wildcards stop at a line break, which keys may have
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
