"""Secrets that sign callbacks, in the form of Standard Webhooks: an owner of jobs has none, one, or several at once.

The command writes them, the function `callback` reads them. https://www.standardwebhooks.com has the rules.
"""

from __future__ import annotations

import base64
import secrets
from typing import Any

SECRET_PREFIX = "whsec_"
SECRET_BYTES = 32  # the specification takes 24 to 64
MAX_SECRETS = 5  # of one owner at a time: each adds a signature to every delivery


def new_secret() -> str:
    """Return a new random secret: `whsec_` and base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def secret_key(secret: str) -> bytes:
    """Return the bytes that a secret signs with.

    Raises:
        ValueError: What follows the prefix is not base64.
    """
    return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)


def secrets_of(item: dict[str, Any] | None) -> list[str]:
    """Return the secrets that an owner's item of the table has, the oldest first."""
    return [str(secret) for secret in (item or {}).get("secrets", ())]
