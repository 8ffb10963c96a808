"""Fixtures of the transcriber's unit tests: none loads a model."""

from tests.fixtures.transcriber import (  # noqa: F401
    account,
    aws_clients,
    dialogue,
    fake_engine,
    make_shard_fixture,
    order_fixture,
    record,
    result_of_fixture,
    speech,
)
from tests.fixtures.worker import clock, harness  # noqa: F401
