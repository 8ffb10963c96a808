"""API keys: items of the table under the SHA-256 digest of the key, with the owner's name and the creation time.

The key itself is not stored. Used by Authorize.
"""

from __future__ import annotations

from earshot_contract.keys import api_key_pk
from functions.aws import dynamodb
from functions.jobs.job import timestamp


def add(api_key: str, name: str) -> bool:
    """Accept `api_key` from now on; return False when the table has it already.

    Args:
        api_key: the secret that the caller sends.
        name: the owner's name, shown in job listings.
    """
    return dynamodb.add({"pk": api_key_pk(api_key), "name": name, "created": timestamp()})


def owner(api_key: str) -> str | None:
    """Return the name that the key was created with, or None for an unknown key."""
    item = dynamodb.get(api_key_pk(api_key))
    return str(item["name"]) if item else None
