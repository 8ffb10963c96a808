"""Shares: links that read one transcript without a key. ADR 0023.

The secret of a link is random. Only its SHA-256 digest is stored, in the row of its job: without the row no link works.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable

from msgspec import Struct

from earshot_contract.credentials.api_keys import ID_CHARACTERS
from earshot_contract.document import Document

MAX_SHARES = 20  # unexpired ones of one job: a row has room for far more; the limit stops a client that loops
DEFAULT_DAYS = 7
SECRET_BYTES = 16  # 128 bits: 22 characters of base64url


class Share(Document, Struct, frozen=True):
    """One link. Times are like those of the row."""

    digest: str  # SHA-256 of the secret, hexadecimal
    created: str
    expires: str
    audio: bool = True  # the link leads to the audio, too

    @property
    def id(self) -> str:
        """Name of the link, from which the secret cannot be found."""
        return self.digest[:ID_CHARACTERS]


def new_secret() -> str:
    """Return a new random secret."""
    return secrets.token_urlsafe(SECRET_BYTES)


def secret_digest(secret: str) -> str:
    """Return what is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def unexpired(shares: Iterable[Share] | None, now: str) -> list[Share]:
    """Return the links that have not run out, the oldest first."""
    return [share for share in shares or () if share.expires > now]


def opened_by(shares: Iterable[Share] | None, secret: str, now: str) -> Share | None:
    """Return the link that a secret opens, or None. Each is compared, in a time that does not depend on the secret."""
    digest, found = secret_digest(secret), None
    for share in unexpired(shares, now):
        if hmac.compare_digest(share.digest, digest):
            found = share
    return found
