"""Fixtures of the transcriber's tests."""

from collections.abc import Callable

import pytest

from earshot_contract.shards import Shard
from tests.fixtures.transcriber import (  # noqa: F401
    account,
    aws_clients,
    dialogue,
    fake_engine,
    make_shard_fixture,
    model,
    record,
    result_of_fixture,
    speech,
)


@pytest.fixture(name="order", scope="session")
def order_fixture(make_shard: Callable[..., Shard]) -> Callable[..., Shard]:
    """`make_shard` under the name that the engine's tests use."""
    return make_shard
