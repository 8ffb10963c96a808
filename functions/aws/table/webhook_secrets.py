"""Secrets that sign callbacks: one item of the table for each owner of jobs. `earshot key` writes the items."""

from __future__ import annotations

from earshot_contract.credentials.webhook_secrets import secrets_of
from earshot_contract.keys import webhook_secrets_pk
from functions.aws.table import dynamodb


def find(owner: str | None) -> list[str]:
    """Return an owner's secrets, the oldest first; [] without any, and for None, as in rows of earlier versions."""
    return secrets_of(dynamodb.get(webhook_secrets_pk(owner))) if owner else []
