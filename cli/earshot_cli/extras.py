"""Optional dependencies (extras) of the distribution: what to install when one is missing."""

from __future__ import annotations

from earshot_cli import DISTRIBUTION
from earshot_cli.errors import CliError, Status


def missing_extra(extra: str, feature: str) -> CliError:
    """Describe which extra a feature needs.

    Args:
        extra: its name in pyproject.toml.
        feature: a noun phrase in the plural, the start of the message.
    """
    return CliError(
        f"{feature} need the extra `{extra}`, which is not installed: pip install '{DISTRIBUTION}[{extra}]' "
        "(in a clone: make install).",
        Status.USAGE,
    )
