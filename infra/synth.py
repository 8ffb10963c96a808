"""Synthesis without the CDK CLI: `python -m infra.synth` writes the template and its assets into cdk.out.

A run with unchanged inputs only compares a digest of them and takes a fraction of a second.
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

from infra import ROOT
from infra.errors import FindingsError, SynthesisError

OUT = ROOT / "cdk.out"
BUILD = ROOT / "build"
DIGEST_FILE = "inputs.sha256"  # file in the output folder, written last, with the digest of the inputs

# Files that the template and its assets are made from. The local cloud is none of them: it only reads the result.
INPUTS = ("cdk.json", "pyproject.toml", "requirements.lock", "infra/**/*.py")
INPUT_TREES = ("functions", "events/earshot_contract", "containers")


def synthesize(outdir: Path, context: Mapping[str, Any] | None = None) -> None:
    """Write the cloud assembly into `outdir`.

    Args:
        outdir: An existing, empty folder.
        context: CDK context that is added to the context of cdk.json and overrides it.

    Raises:
        FindingsError: A rule is broken; the message has one line for each finding.
        SynthesisError: Something that the synthesis needs is missing.
    """
    from infra.app import build  # imports CDK, which takes seconds; a run with unchanged inputs must not pay them

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
    """Return the SHA-256 of the names and contents of all inputs, in hexadecimal."""
    total = hashlib.sha256()
    for path in sorted({*_inputs()}):
        total.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def run() -> int:
    """Bring cdk.out up to date.

    Returns:
        Exit code: 0 if cdk.out corresponds to the inputs, 1 if the synthesis failed; stderr says why.
    """
    started = time.monotonic()
    current = digest()
    if (OUT / DIGEST_FILE).is_file() and (OUT / DIGEST_FILE).read_text() == current:
        print(f"cdk.out is up to date ({time.monotonic() - started:.1f} s).")
        return 0
    print("Synthesizing the CloudFormation template into cdk.out, about 15 seconds …", flush=True)
    # In another folder first, so that a reader of cdk.out never sees an incomplete assembly.
    BUILD.mkdir(exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="cdk.out.", dir=BUILD))
    try:
        synthesize(fresh)
        (fresh / DIGEST_FILE).write_text(current)
        _replace_folder(OUT, fresh)
    except FindingsError as findings:
        print(f"The template breaks rules (infra/nag.py acknowledges those it may):\n{findings}", file=sys.stderr)
        return 1
    except SynthesisError as error:
        print(error, file=sys.stderr)
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
    """Yield a line `rule at construct: description` for each finding."""
    plugins = json.loads(report.read_text())["pluginReports"] if report.is_file() else []
    for violation in (v for plugin in plugins for v in plugin["violations"]):
        for construct in violation["violatingConstructs"]:
            yield f"  {violation['ruleName']} at {construct['constructPath']}: {violation['description']}"


def _replace_folder(old: Path, new: Path) -> None:
    new.chmod(0o755)  # mkdtemp creates folders that only their owner can read
    if old.exists():
        aside = Path(tempfile.mkdtemp(prefix="cdk.out.", dir=BUILD))
        old.rename(aside / old.name)
        new.rename(old)
        shutil.rmtree(aside)
    else:
        new.rename(old)


if __name__ == "__main__":
    sys.exit(run())
