"""An empty AWS account; its module is imported before the first client is made. What many clients read is read once.

A session of boto3 reads the models of its services anew, and httpx all root certificates for each client: a sixth of a
second, again and again. Neither changes what it has read.
"""

from __future__ import annotations

import functools
import ssl
from collections.abc import Iterator

import pytest
from botocore.loaders import JSONFileLoader

from tests.fixtures.accounts.account import empty_account  # noqa: F401


@pytest.fixture(scope="session", autouse=True)
def files_read_once() -> Iterator[None]:
    """Keep botocore's models by path, and the context of TLS by its arguments."""
    loader = JSONFileLoader()
    read = functools.cache(loader.load_file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", lambda _, path: read(path))
        patch.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))
        yield
