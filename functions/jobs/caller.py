"""Caller of the API: name, owner, scope, and the jobs that they may see. ADR 0015."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from msgspec import Struct

from earshot_contract.credentials.api_keys import PUBLIC_OWNER, Scope
from functions.jobs.job import Job


class Caller(Struct, frozen=True):
    """Who sent a request, as the authorizer found out."""

    name: str = PUBLIC_OWNER  # of the API key
    owner: str = PUBLIC_OWNER  # id of the key, or of the key that it replaces
    scope: Scope = Scope.WRITE
    address: str = ""  # IP address of the connection

    @classmethod
    def from_context(cls, context: Mapping[str, Any]) -> Self:
        """Read API Gateway's request context. Without an authorizer's answer the caller has no key."""
        authorizer = context.get("authorizer") or {}
        scope = str(authorizer.get("scope", Scope.WRITE))
        return cls(
            name=str(authorizer.get("principalId", PUBLIC_OWNER)),
            owner=str(authorizer.get("owner", PUBLIC_OWNER)),
            scope=Scope(scope) if scope in list(Scope) else Scope.READ,
            address=str((context.get("identity") or {}).get("sourceIp") or ""),
        )

    @property
    def is_anonymous(self) -> bool:
        """True without a key. All such callers are one owner: they list nothing, and need a job's whole id."""
        return self.owner == PUBLIC_OWNER and not self.sees_all

    @property
    def sees_all(self) -> bool:
        """True for callers who see the jobs of all owners, and those without an owner."""
        return self.scope is Scope.ADMIN

    @property
    def identity(self) -> str:
        """Who counts as one caller for idempotency: the owner; callers without a key also by address."""
        return f"{self.owner} {self.address}" if self.is_anonymous else self.owner

    def may_see(self, job: Job) -> bool:
        """Return whether the job is this caller's. Rows of earlier versions have no owner; admins see them."""
        return self.sees_all or (job.owner is not None and job.owner == self.owner)

    def may_see_owner(self, owner: str) -> bool:
        """Return whether the jobs of `owner` are this caller's."""
        return self.sees_all or owner == self.owner
