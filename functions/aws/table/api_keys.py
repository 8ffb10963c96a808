"""API keys: items of the table under the SHA-256 digest of the key. Used by Authorize.

The key itself is not stored. `earshot key` writes the items.
"""

from __future__ import annotations

import time

from botocore.exceptions import BotoCoreError, ClientError

from earshot_contract.credentials.api_keys import USED_SECONDS, ApiKey, Scope, key_item
from earshot_contract.keys import api_key_pk
from functions.aws.table import dynamodb
from functions.aws.table.dynamodb import attribute
from functions.jobs.job import timestamp
from functions.observability import logger


def add(api_key: str, name: str, scope: Scope = Scope.WRITE, expires: int | None = None) -> bool:
    """Accept `api_key` from now on; return False when the table has it already.

    Args:
        api_key: the secret that the caller sends.
        name: a label for people.
        scope: what the key may do.
        expires: epoch seconds from which the key is refused; None: never.
    """
    return dynamodb.add(key_item(api_key, name, timestamp(), scope=scope, expires=expires))


def find(api_key: str) -> ApiKey | None:
    """Return the key, or None for one that is unknown, revoked or expired. Its use is recorded once an hour."""
    item = dynamodb.get(api_key_pk(api_key))
    if item is None:
        return None
    key = ApiKey.from_item(item)
    if key.expired:
        return None
    _record_use(item["pk"], key)
    return key


def _record_use(pk: str, key: ApiKey) -> None:
    """Write the time of use if the item's is an hour old; a failure of that write refuses no caller."""
    now = int(time.time())
    if key.used is not None and now - key.used < USED_SECONDS:
        return
    # The condition fails for a key that was revoked meanwhile, and lets one of several simultaneous calls write.
    due = attribute("pk").exists() & (attribute("used").not_exists() | attribute("used").lte(now - USED_SECONDS))
    try:
        dynamodb.update(pk, {"used": now}, due)
    except (ClientError, BotoCoreError):
        logger.warning("The use of a key could not be recorded", key=key.id)
