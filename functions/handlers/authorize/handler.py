"""Lambda authorizer of the REST API: API key → allow policy."""

from __future__ import annotations

from typing import Any

from functions.aws import api_keys
from functions.aws.init_phase import connect
from functions.observability import logger
from functions.settings import settings

connect("dynamodb")

PUBLIC = "public"  # name of a caller without a known key, where access is public
SCHEMES = ("token", "bearer")  # authorization schemes of Deepgram's and OpenAI's SDKs, in any case


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Return a policy that allows every route to a known key, or to every caller where access is public.

    Raises:
        Exception: "Unauthorized", the only text that API Gateway answers with 401. A policy that denies would become
            403, which SDKs show as a lack of permissions.
    """
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    caller = caller_of(headers.get("authorization", ""))
    if caller is None:
        raise Exception("Unauthorized")
    stage = "/".join(event["methodArn"].split("/", 2)[:2])
    return {
        "principalId": caller,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{stage}/*"}],
        },
    }


def caller_of(authorization: str) -> str | None:
    """Return the caller's name: the key's owner, `public` where no key is needed, or None for an unknown caller."""
    scheme, _, key = authorization.strip().partition(" ")
    name = api_keys.owner(key.strip()) if scheme.lower() in SCHEMES and key.strip() else None
    return name or (PUBLIC if settings().public_access else None)
