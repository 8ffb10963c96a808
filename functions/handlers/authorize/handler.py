"""Lambda authorizer of the REST API: API key → allow policy."""

from __future__ import annotations

from typing import Any

from earshot_contract.credentials.api_keys import DEFAULT_KEY, PUBLIC_OWNER, ApiKey, Scope
from earshot_contract.documents.schedule_events import KEEP_ACTIVE
from functions.aws.init_phase import connect
from functions.aws.table import api_keys
from functions.observability import count_failure, logger
from functions.settings import settings

connect("dynamodb")

# The caller who sends no key, or an unknown one, where access is public.
ANONYMOUS_KEY = ApiKey(id=PUBLIC_OWNER, name=PUBLIC_OWNER, owner=PUBLIC_OWNER, scope=Scope.WRITE)
SCHEMES = ("token", "bearer")  # authorization schemes of Deepgram's and OpenAI's SDKs, in any case


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Return a policy that allows every route to a known key, or to every caller where access is public.

    The API itself refuses what the key's scope forbids, with an error message: its router looks at `context`.

    Raises:
        Exception: "Unauthorized", the only text that API Gateway answers with 401. A policy that denies would become
            403, which SDKs show as a lack of permissions.
    """
    if event.get("op") == KEEP_ACTIVE:  # a schedule's event, which has no caller
        return {}
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    try:
        caller = caller_of(headers.get("authorization", ""))
    except Exception:
        # API Gateway answers 429, as where Lambda throttles this function: the alarm on 5xx would not see it.
        logger.exception("The key could not be looked up")
        count_failure(1)
        raise
    if caller is None:
        raise Exception("Unauthorized")
    stage = "/".join(event["methodArn"].split("/", 2)[:2])
    return {
        "principalId": caller.name or caller.id,
        "context": {"owner": caller.owner, "scope": str(caller.scope), "key": caller.id},
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{stage}/*"}],
        },
    }


def caller_of(authorization: str) -> ApiKey | None:
    """Return the caller's key; else, where access is public, the default key or `ANONYMOUS_KEY`; else None."""
    scheme, _, secret = authorization.strip().partition(" ")
    known = api_keys.find(secret.strip()) if scheme.lower() in SCHEMES and secret.strip() else None
    if known or not settings().public_access:
        return known
    return api_keys.find(DEFAULT_KEY) or ANONYMOUS_KEY
