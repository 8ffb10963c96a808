"""Observability: the metrics' namespace, and what a log never holds."""

from __future__ import annotations

import runpy

import pytest

from functions import observability


def test_metrics_are_under_the_name_of_the_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its dashboard and alarms read them there; with a fixed name a second deployment would add to the first one's."""
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Ours")
    assert runpy.run_path(str(observability.__file__))["metrics"].namespace == "Ours"
