"""`python -m infra.synth`: the CloudFormation template and its assets into cdk.out, without the CDK CLI.

A second run with nothing changed takes a fraction of a second: it compares a digest of all that goes in.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "cdk.out"
BUILD = ROOT / "build"
DIGEST_FILE = "inputs.sha256"  # a file in the output, written last

# What the template and its assets are made of. The local cloud reads the result and is no part of it.
INPUTS = ("cdk.json", "pyproject.toml", "requirements.lock", "infra/**/*.py", "events/earshot_contract/*.py")
INPUT_TREES = ("functions", "containers")


class FindingsError(Exception):
    """CDK's own validation, or cdk-nag, found something that nobody has acknowledged."""


def synthesize(outdir: Path, context: Mapping[str, Any] | None = None) -> None:
    """Write the cloud assembly into `outdir`, with cdk.json's context overlaid by `context`.

    Raises FindingsError, with one line for each, when a rule is broken.
    """
    from infra.app import build  # loads CDK: seconds that an unchanged second run must not pay

    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = build(str(outdir), {**flags, **(context or {})})
    try:
        app.synth()
    except RuntimeError as error:
        findings = list(_findings(outdir / "validation-report.json"))
        if not findings:
            raise
        raise FindingsError("\n".join(findings)) from error


def digest() -> str:
    """Of the names and contents of all inputs."""
    total = hashlib.sha256()
    for path in sorted({*_inputs()}):
        total.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def run() -> int:
    """Exit code 0: cdk.out is as the inputs say, made now or before."""
    started = time.monotonic()
    current = digest()
    if (OUT / DIGEST_FILE).is_file() and (OUT / DIGEST_FILE).read_text() == current:
        print(f"cdk.out is up to date ({time.monotonic() - started:.1f} s).")
        return 0
    print("Synthesizing the CloudFormation template into cdk.out, about 15 seconds …", flush=True)
    # Elsewhere first: whoever reads cdk.out meanwhile never sees half of it.
    BUILD.mkdir(exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="cdk.out.", dir=BUILD))
    try:
        synthesize(fresh)
        (fresh / DIGEST_FILE).write_text(current)
        _replace_folder(OUT, fresh)
    except FindingsError as findings:
        print(f"The template breaks rules (infra/nag.py acknowledges those it may):\n{findings}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    resources = len(json.loads((OUT / "Earshot.template.json").read_text())["Resources"])
    print(f"cdk.out/Earshot.template.json: {resources} resources, {time.monotonic() - started:.1f} s.")
    return 0


def _inputs() -> Iterator[Path]:
    for pattern in INPUTS:
        yield from ROOT.glob(pattern)
    for tree in INPUT_TREES:
        for path in (ROOT / tree).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def _findings(report: Path) -> Iterator[str]:
    """`rule at construct: description`, a line each."""
    plugins = json.loads(report.read_text())["pluginReports"] if report.is_file() else []
    for violation in (v for plugin in plugins for v in plugin["violations"]):
        for construct in violation["violatingConstructs"]:
            yield f"  {violation['ruleName']} at {construct['constructPath']}: {violation['description']}"


def _replace_folder(old: Path, new: Path) -> None:
    new.chmod(0o755)  # mkdtemp makes it ours alone
    if old.exists():
        aside = Path(tempfile.mkdtemp(prefix="cdk.out.", dir=BUILD))
        old.rename(aside / old.name)
        new.rename(old)
        shutil.rmtree(aside)
    else:
        new.rename(old)


if __name__ == "__main__":
    sys.exit(run())
