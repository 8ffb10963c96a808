"""Acknowledged findings of cdk-nag: each is needed by some template, or it would hide the next finding of its kind."""

from __future__ import annotations

import json

from tests.synth.assembly import Assembly

OURS = "AwsSolutions::"  # begin of the ids of cdk-nag's rules; the CDK acknowledges some of its own


def acknowledged(assembly: Assembly) -> set[str]:
    """Return the ids of the findings that infra/nag.py acknowledges."""
    metadata = json.loads((assembly.folder / "Earshot.metadata.json").read_text())
    entries = [entry["data"] for entry in metadata["/Earshot"] if entry["type"] == "aws:cdk:acknowledged-rules"]
    return {rule for rules in entries for rule in rules if rule.startswith(OURS)}


def needed(assembly: Assembly) -> set[str]:
    """Return the ids of the acknowledgements for which cdk-nag has a finding."""
    report = json.loads((assembly.folder / "validation-report.json").read_text())
    return {found["acknowledgedId"] for plugin in report["pluginReports"] for found in plugin["suppressedViolations"]}


def test_acknowledgements_are_those_that_findings_need(gpu: Assembly, cpu: Assembly, public: Assembly) -> None:
    assemblies = (gpu, cpu, public)
    assert len(needed(gpu)) > 20
    assert set.union(*map(acknowledged, assemblies)) - set.union(*map(needed, assemblies)) == set()
