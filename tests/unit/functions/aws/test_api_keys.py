"""API keys: stored as digests, found by their owner."""

from __future__ import annotations

import json

import pytest

from functions.aws import api_keys
from functions.aws.clients import client

pytestmark = pytest.mark.usefixtures("aws")


def test_api_key_is_stored_as_digest_only() -> None:
    assert api_keys.owner("a" * 40) is None
    assert api_keys.add("a" * 40, "laptop")
    assert not api_keys.add("a" * 40, "other")
    assert api_keys.owner("a" * 40) == "laptop"
    rows = client("dynamodb").scan(TableName="earshot")["Items"]
    assert "a" * 40 not in json.dumps(rows)
