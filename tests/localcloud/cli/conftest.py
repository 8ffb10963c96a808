"""The command in this process, or in one of its own, and stubs that it calls."""

from __future__ import annotations

from tests.fixtures.cli import deployment, earshot, earshot_process  # noqa: F401
from tests.fixtures.servers.huggingface_hub import bucket, hub  # noqa: F401
