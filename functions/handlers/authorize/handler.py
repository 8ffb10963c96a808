"""The REST API's authorizer: who is calling."""

from __future__ import annotations

from typing import Any

from functions.aws import api_keys
from functions.observability import logger
from functions.settings import settings

PUBLIC = "public"
SCHEMES = ("token", "bearer")  # Deepgram's SDKs and OpenAI's, in any case


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A policy that allows every route to a known key, or to anybody where access is public.

    Raises:
        Exception: "Unauthorized", the one word that API Gateway answers with 401 for; a policy that denies would
            make it 403, which SDKs show as a lack of permissions.
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
    """The name a key was made under; `public` for anybody where no key is needed; None: nobody we know."""
    scheme, _, key = authorization.strip().partition(" ")
    name = api_keys.owner(key.strip()) if scheme.lower() in SCHEMES and key.strip() else None
    return name or (PUBLIC if settings().public_access else None)
