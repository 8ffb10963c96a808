"""API keys: items `KEY#{sha256}` with a name and the time they were made. The key itself is kept nowhere."""

from __future__ import annotations

from earshot_contract.keys import api_key_pk
from functions.aws import dynamodb
from functions.jobs.job import timestamp


def add(api_key: str, name: str) -> bool:
    """Let `api_key` in from now on, under a name for people; False when it is known already."""
    return dynamodb.add({"pk": api_key_pk(api_key), "name": name, "created": timestamp()})


def owner(api_key: str) -> str | None:
    """The name that the key was made under; None for a key nobody made."""
    item = dynamodb.get(api_key_pk(api_key))
    return str(item["name"]) if item else None
