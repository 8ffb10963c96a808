"""An empty AWS account; its module is imported before the first client is made."""

from tests.fixtures.accounts.account import empty_account  # noqa: F401
