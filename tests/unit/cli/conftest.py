"""The command in a process of its own, and a stub of a deployment for it to talk to."""

from tests.fixtures.cli import deployment, earshot  # noqa: F401
