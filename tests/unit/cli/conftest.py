"""The command in this process, and a stub of a deployment that it calls."""

from tests.fixtures.cli import deployment, earshot, earshot_process  # noqa: F401
