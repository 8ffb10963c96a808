"""Fixtures of the network's tests: none leaves this machine."""

from tests.fixtures.servers.internet import strict, web  # noqa: F401
