"""Fixtures of the transcriber's tests."""

from tests.fixtures.accounts.account import empty_account  # noqa: F401
from tests.fixtures.transcriber import (  # noqa: F401
    account,
    aws_clients,
    dialogue,
    fake_engine,
    make_shard_fixture,
    model,
    order_fixture,
    record,
    result_of_fixture,
    speech,
)
