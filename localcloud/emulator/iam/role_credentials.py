"""Temporary credentials of roles, with which functions, containers and state machines sign their calls.

On AWS each of them has the credentials of its role. Here the access key is a digest of the role's name, so that the
emulator knows the caller of each request, also after a restart and in presigned URLs (`permissions.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

SECRET = "test"  # of every key: requests on the loopback interface are not authenticated, presigned URLs are
SESSION = "earshot"  # name of the sessions, as it stands in messages of denials
FAR_FUTURE = 4_102_444_800.0  # 2100: the credentials do not expire, only presigned URLs do


def access_key(role: str) -> str:
    """Return the access key of a role: AWS's form of temporary ones, ASIA and 16 characters."""
    return f"ASIA{hashlib.sha256(role.encode()).hexdigest()[:16].upper()}"


def environment(role_arn: str) -> dict[str, str]:
    """Return the environment variables with the credentials of a role; none where there is no role."""
    role = role_name(role_arn)
    if not role:
        return {}
    return {
        "AWS_ACCESS_KEY_ID": access_key(role),
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_SESSION_TOKEN": session_token(role),
    }


def role_name(role_arn: str) -> str:
    """Return the name in a role's ARN."""
    return role_arn.rpartition("/")[2]


def session_token(role: str) -> str:
    """Return the session token that belongs to a role's access key."""
    return f"session-of-{role}"


def session(role: str, account: str) -> dict[str, Any]:
    """Return ministack's record of a session of the role: it checks presigned URLs with that."""
    return {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/{SESSION}",
        "AccountId": account,
        "UserId": f"AROA:{SESSION}",
        "PrincipalType": "AssumedRole",
        "SecretAccessKey": SECRET,
        "SessionToken": session_token(role),
        "Expiration": FAR_FUTURE,
    }


def task_credentials(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with the credentials of a task's role, for the labels that ministack puts on containers."""
    from ministack.services import ecs

    family, version = (labels.get(f"com.amazonaws.ecs.task-definition-{name}", "") for name in ("family", "version"))
    definition = ecs._task_defs.get(f"{family}:{version}") or {}
    return environment(definition.get("taskRoleArn") or "")
