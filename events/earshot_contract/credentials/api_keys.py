"""API keys and owners of jobs: what an item of the table says about a key, and what a key may do.

Used by the authorizer and the API, by the command, and by the local cloud for its default key. ADR 0015 has the rules.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from enum import StrEnum
from typing import Any, Self

from msgspec import Struct

from earshot_contract.keys import api_key_pk

# Owners that are not API keys. Ids of keys are hexadecimal, so that none is equal to these.
PUBLIC_OWNER = "public"  # jobs of callers without a key
DEPLOYMENT_OWNER = "deployment"  # jobs of objects that were put into the uploads bucket

KEY_BYTES = 20  # 40 lower-case hex characters: Deepgram's SDK 2 for Python rejects any other form
ID_CHARACTERS = 16  # of the key's SHA-256: 64 bits, from which the key cannot be found
PREFIX_CHARACTERS = 6  # of the key itself, shown so that people recognise it; 136 bits stay secret
USED_SECONDS = 3600  # at most one write an hour records that a key is in use

# The key of callers who send none, or an unknown one, where access is public. The local cloud makes it an admin's.
DEFAULT_KEY = ""


class Scope(StrEnum):
    """Permissions of a key. Each scope includes those before it."""

    READ = "read"  # list and read its owner's jobs
    WRITE = "write"  # transcribe, retry and delete them, too
    ADMIN = "admin"  # the same with the jobs of all owners

    def includes(self, other: Scope) -> bool:
        """Return whether this scope allows what `other` allows."""
        order = list(Scope)
        return order.index(self) >= order.index(other)


class ApiKey(Struct, frozen=True):
    """A key as its item in the table describes it. The key itself is stored nowhere."""

    id: str
    name: str  # a label for people
    owner: str  # whose jobs it sees: its own id, or the owner that it was made for
    scope: Scope = Scope.WRITE
    prefix: str = ""  # first characters of the key; "" in items of earlier versions
    created: str = ""  # ISO 8601
    expires: int | None = None  # epoch seconds
    used: int | None = None  # epoch seconds of the last use, exact to USED_SECONDS

    @classmethod
    def from_item(cls, item: dict[str, Any]) -> Self:
        """Read an item. Items of earlier versions have only name and creation time; an unknown scope means `read`."""
        scope = str(item.get("scope", Scope.WRITE))
        key_id = item["pk"].partition("#")[2][:ID_CHARACTERS]
        return cls(
            id=key_id,
            name=str(item.get("name", "")),
            owner=str(item.get("owner") or key_id),
            scope=Scope(scope) if scope in list(Scope) else Scope.READ,
            prefix=str(item.get("prefix", "")),
            created=str(item.get("created", "")),
            expires=_int_or_none(item.get("expires")),
            used=_int_or_none(item.get("used")),
        )

    @property
    def expired(self) -> bool:
        """True from the time in `expires` on."""
        return self.expires is not None and time.time() >= self.expires


def new_key() -> str:
    """Return a new random key."""
    return secrets.token_hex(KEY_BYTES)


def key_id(api_key: str) -> str:
    """Return the id of a key. Rows and events show it; the key cannot be found from it."""
    return hashlib.sha256(api_key.encode()).hexdigest()[:ID_CHARACTERS]


def key_item(
    api_key: str,
    name: str,
    created: str,
    *,
    scope: Scope = Scope.WRITE,
    owner: str | None = None,
    expires: int | None = None,
) -> dict[str, Any]:
    """Return the table's item for a new key.

    Args:
        api_key: the secret that callers send.
        name: a label for people.
        created: ISO 8601.
        scope: what the key may do.
        owner: whose jobs it sees, for a key that replaces another; None: its own.
        expires: epoch seconds from which the key is refused; None: never.
    """
    item = {
        "pk": api_key_pk(api_key),
        "name": name,
        "created": created,
        "scope": str(scope),
        "prefix": api_key[:PREFIX_CHARACTERS],
        "owner": owner,
        "expires": expires,
    }
    return {name: value for name, value in item.items() if value not in (None, "")}


def _int_or_none(value: Any) -> int | None:
    return None if value is None else int(value)
