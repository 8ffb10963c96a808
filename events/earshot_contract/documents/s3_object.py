"""S3 object: a place in S3, as messages, rows and functions name it."""

from __future__ import annotations

from msgspec import Struct

from earshot_contract.document import Document
from earshot_contract.fields import Name


class S3Object(Document, Struct, frozen=True):
    """An S3 object."""

    bucket: Name
    key: Name
    version: str | None = None
