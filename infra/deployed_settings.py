"""Deployed settings: which values an upgrade keeps when it changes others.

The default of some settings follows from others: the model and its speed from the flavour, the idle time from whether
there are quick workers. An upgrade keeps deployed values, but not a default whose source changes: the policy would
expect a GPU's speed of a CPU worker.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from infra.errors import SettingsError

Values = Mapping[str, Any]


def read(raw: str | None) -> dict[str, Any]:
    """Return the deployed settings that an upgrade names in its context; none for a first deployment."""
    return dict(json.loads(raw)) if raw else {}


def kept(deployed: Values, named: Values, resolve: Callable[[Values], Values]) -> dict[str, Any]:
    """Return the deployed settings that stay.

    Args:
        deployed: all settings of the deployment.
        named: settings that the upgrade names; they win.
        resolve: adds the default of every setting that is not among the given ones.

    Raises:
        SettingsError: A setting was chosen, and its default changes with the named ones: its value may no longer fit.
            The message says which must be named, too.
    """
    stay, unclear = {}, []
    for name, value in deployed.items():
        if name in named:
            continue
        others = {other: deployed[other] for other in deployed if other != name}
        before, after = resolve(others)[name], resolve({**others, **named})[name]
        if before == after:
            stay[name] = value
        elif value != before:
            unclear.append(f"-c {name}={value} stays, -c {name}={after} is the default")
    if unclear:
        changed = ", ".join(f"{name}={value}" for name, value in named.items() if deployed.get(name) != value)
        raise SettingsError(
            f"What is deployed was chosen beside other settings than {changed}. Name it, too: {'; '.join(unclear)}."
        )
    return stay
