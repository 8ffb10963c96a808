"""Synthesis without the CDK CLI: `python -m infra.synth` writes the template and its assets into build/assembly.

The folder is not cdk.out: the CDK CLI writes there, and some of its commands (`cdk ls`) leave code unbundled. A run
with unchanged inputs and an undamaged assembly compares two digests and takes a fraction of a second.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from infra import ROOT
from infra.errors import FindingsError, SynthesisError

BUILD = ROOT / "build"
OUT = BUILD / "assembly"
DIGEST_FILE = "digests.json"  # file in the output folder, written last: digests of the inputs and of the other files

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
    return _digest_of_files(_inputs(), ROOT)


def is_current(assembly: Path, inputs: str) -> bool:
    """Return whether an assembly is complete, undamaged, and made from inputs with that digest.

    A file of the assembly that was changed, removed or added since its synthesis makes it damaged.
    """
    try:
        recorded = json.loads((assembly / DIGEST_FILE).read_text())
    except (OSError, ValueError):
        return False
    return bool(recorded == {"inputs": inputs, "assembly": assembly_digest(assembly)})


def assembly_digest(assembly: Path) -> str:
    """Return the SHA-256 of the names and contents of all files of an assembly, in hexadecimal."""
    files = (path for path in assembly.rglob("*") if path.is_file() and path != assembly / DIGEST_FILE)
    return _digest_of_files(files, assembly)


def run() -> int:
    """Bring build/assembly up to date.

    Returns:
        Exit code: 0 if build/assembly corresponds to the inputs, 1 if the synthesis failed; stderr says why.
    """
    started = time.monotonic()
    current = digest()
    if is_current(OUT, current):
        print(f"build/assembly is up to date ({time.monotonic() - started:.1f} s).")
        return 0
    print("Synthesizing the CloudFormation template into build/assembly, about 15 seconds …", flush=True)
    # In another folder first, so that a reader of build/assembly never sees an incomplete assembly.
    BUILD.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="assembly.", dir=BUILD))
    try:
        synthesize(fresh)
        digests = {"inputs": current, "assembly": assembly_digest(fresh)}
        (fresh / DIGEST_FILE).write_text(json.dumps(digests))
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
    print(f"build/assembly/Earshot.template.json: {resources} resources, {time.monotonic() - started:.1f} s.")
    return 0


def _inputs() -> Iterator[Path]:
    for pattern in INPUTS:
        yield from ROOT.glob(pattern)
    for tree in INPUT_TREES:
        for path in (ROOT / tree).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def _digest_of_files(paths: Iterable[Path], root: Path) -> str:
    """Return the SHA-256 of the names, relative to `root`, and contents of files, in hexadecimal."""
    total = hashlib.sha256()
    for path in sorted({*paths}):
        total.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def _findings(report: Path) -> Iterator[str]:
    """Yield a line `rule at construct: description` for each finding."""
    plugins = json.loads(report.read_text())["pluginReports"] if report.is_file() else []
    for violation in (v for plugin in plugins for v in plugin["violations"]):
        for construct in violation["violatingConstructs"]:
            yield f"  {violation['ruleName']} at {construct['constructPath']}: {violation['description']}"


def _replace_folder(old: Path, new: Path) -> None:
    new.chmod(0o755)  # mkdtemp creates folders that only their owner can read
    if old.exists():
        aside = Path(tempfile.mkdtemp(prefix="assembly.", dir=BUILD))
        old.rename(aside / old.name)
        new.rename(old)
        shutil.rmtree(aside)
    else:
        new.rename(old)


if __name__ == "__main__":
    sys.exit(run())
