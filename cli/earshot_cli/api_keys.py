"""API keys: made here, shown once, kept by the deployment as a digest."""

from __future__ import annotations

import os
import secrets

from earshot_cli.errors import Problem
from functions.aws import api_keys

KEY_BYTES = 20  # 40 lower-case hex characters: Deepgram's SDK 2 for Python refuses any other form


def create(name: str, table: str) -> str:
    """Make a key and let it in; `table` is the deployment's, credentials come from the environment."""
    from botocore.exceptions import BotoCoreError, ClientError

    os.environ["TABLE"] = table  # what functions.settings reads
    key = secrets.token_hex(KEY_BYTES)
    try:
        api_keys.add(key, name)
    except (BotoCoreError, ClientError) as error:
        raise Problem(f"The key could not be written to the table {table}: {error}") from None
    return key
