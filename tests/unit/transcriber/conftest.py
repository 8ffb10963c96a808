"""A worker's surroundings."""

from tests.fixtures.transcriber import (  # noqa: F401
    account,
    dialogue,
    fake_engine,
    model,
    order_fixture,
    record,
    result_of_fixture,
    speech,
)
