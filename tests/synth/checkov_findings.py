"""Checkov's findings beside the checks that infra/checkov.yaml skips: one has as few surprises as the other.

`python -m tests.synth.checkov_findings COMMAND…` runs checkov on each kind of template. It fails on a finding that is
not skipped, and on a skip that no finding needs: such a skip would hide the next finding of its kind.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence

import yaml

from infra import ROOT, synth
from tests.synth.assembly import Assembly
from tests.synth.assembly_cache import cached_assembly

CONFIGURATION = ROOT / "infra" / "checkov.yaml"
# What the templates of a deployment may hold, by the settings that add resources.
TEMPLATES: dict[str, dict[str, str]] = {
    "default": {},
    "flavour=cpu": {"flavour": "cpu"},
    "alarm_email=ops@example.org,dashboard=true,public=true": {
        "public": "true",
        "alarm_email": "ops@example.org",
        "dashboard": "true",
    },
}
# `--skip-download`: the rules are in the package; what would be fetched are links to a vendor's pages.
OPTIONS = (
    "--framework",
    "cloudformation",
    "--compact",
    "--quiet",
    "--skip-download",
    "--soft-fail",
    "--output",
    "json",
)


def skipped() -> list[str]:
    """Return the checks that the configuration skips."""
    return list(yaml.safe_load(CONFIGURATION.read_text())["skip-check"])


def findings(command: Sequence[str], files: Sequence[str]) -> dict[str, set[str]]:
    """Run checkov on templates; return the resources that fail, by check."""
    arguments = [*command, *OPTIONS, *(part for file in files for part in ("--file", file))]
    report = json.loads(subprocess.run(arguments, stdout=subprocess.PIPE, check=True, text=True).stdout)
    assert report["summary"]["resource_count"] > 200 * len(files), "checkov did not read the templates"
    found: dict[str, set[str]] = {}
    for each in report["results"]["failed_checks"]:
        found.setdefault(f"{each['check_id']}", set()).add(f"{each['resource']}: {each['check_name']}")
    return found


def differences(found: Mapping[str, Collection[str]], skips: Collection[str]) -> list[str]:
    """Return a line for each finding that is not skipped, and for each skip without a finding."""
    new = [f"{check} {resource}" for check in found if check not in skips for resource in sorted(found[check])]
    return new + [f"{check} is skipped, and nothing needs it" for check in skips if check not in found]


def main(command: Sequence[str]) -> int:
    """Print what differs; return the exit code."""
    folders = [
        cached_assembly(name, lambda folder, context=context: synth.synthesize(folder, context))  # type: ignore[misc]
        for name, context in TEMPLATES.items()
    ]
    files = [str(next(folder.glob("*.template.json"))) for folder in folders]
    assert len({json.dumps(sorted(Assembly.load(folder).template["Resources"])) for folder in folders}) == len(files)
    lines = differences(findings(command, files), skipped())
    print("\n".join(lines) or f"checkov: nothing but the {len(skipped())} checks that {CONFIGURATION.name} explains.")
    return bool(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
