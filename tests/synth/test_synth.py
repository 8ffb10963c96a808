"""`python -m infra.synth`: up-to-date check, replaced and damaged assemblies, findings, the inputs of the digest."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra import nag, synth
from infra.errors import FindingsError, SynthesisError
from localcloud.cloud import ASSETS
from tests.synth.assembly import Assembly


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project of its own, whose synthesis writes into the template how often it has run."""
    for name in (
        "cdk.json",
        "requirements.lock",
        "infra/stack.py",
        "functions/handlers/a/handler.py",
        "events/earshot_contract/documents/shards.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    runs = []

    def synthesize(outdir: Path) -> None:
        runs.append(outdir)
        (outdir / "Earshot.template.json").write_text(json.dumps({"Resources": {"run": len(runs)}}))
        (outdir / "asset.1" / "functions").mkdir(parents=True)
        (outdir / "asset.1" / "functions" / "__init__.py").touch()

    for name, value in {"ROOT": tmp_path, "OUT": tmp_path / "build" / "assembly", "BUILD": tmp_path / "build"}.items():
        monkeypatch.setattr(synth, name, value)
    monkeypatch.setattr(synth, "synthesize", synthesize)
    return tmp_path


def run_of_template(project: Path) -> int:
    """Return the number of the run that wrote the template."""
    return json.loads((project / "build" / "assembly" / "Earshot.template.json").read_text())["Resources"]["run"]


def test_run_with_unchanged_inputs_does_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert synth.run() == 0
    assert "Synthesizing" in capsys.readouterr().out
    assert synth.run() == 0
    assert "up to date" in capsys.readouterr().out
    assert run_of_template(project) == 1


@pytest.mark.parametrize(
    "changed", ["cdk.json", "requirements.lock", "infra/stack.py", "functions/handlers/a/handler.py"]
)
def test_run_with_changed_input_synthesizes_again(project: Path, changed: str) -> None:
    synth.run()
    (project / changed).write_text("[]")
    synth.run()
    assert run_of_template(project) == 2


@pytest.mark.parametrize("added", ["functions/handlers/a/words.py", "events/earshot_contract/py.typed"])
def test_run_with_added_file_synthesizes_again(project: Path, added: str) -> None:
    synth.run()
    (project / added).touch()
    synth.run()
    assert run_of_template(project) == 2


def test_run_without_digest_file_synthesizes_again(project: Path) -> None:
    synth.run()
    (project / "build" / "assembly" / synth.DIGEST_FILE).unlink()
    synth.run()
    assert run_of_template(project) == 2


def remove_code(assembly: Path) -> None:
    shutil.rmtree(assembly / "asset.1" / "functions")


def replace_code(assembly: Path) -> None:
    """Leave the code unbundled, as `cdk ls` does in its own folder."""
    shutil.rmtree(assembly / "asset.1")
    (assembly / "asset.1" / "stack.py").parent.mkdir()
    (assembly / "asset.1" / "stack.py").touch()


def edit_code(assembly: Path) -> None:
    (assembly / "asset.1" / "functions" / "__init__.py").write_text("raise")


def add_file(assembly: Path) -> None:
    (assembly / "asset.1" / "more.py").touch()


def spoil_digests(assembly: Path) -> None:
    (assembly / synth.DIGEST_FILE).write_text("{")


@pytest.mark.parametrize("damage", [remove_code, replace_code, edit_code, add_file, spoil_digests])
def test_run_with_damaged_assembly_synthesizes_again(project: Path, damage: Callable[[Path], None]) -> None:
    synth.run()
    damage(project / "build" / "assembly")
    synth.run()
    assert run_of_template(project) == 2
    assert synth.is_current(project / "build" / "assembly", synth.digest())


def test_assembly_is_not_where_the_cdk_cli_writes() -> None:
    """`cdk ls` and others leave code unbundled in the CLI's folder."""
    output = json.loads((synth.ROOT / "cdk.json").read_text()).get("output", "cdk.out")
    assert synth.ROOT / output != synth.OUT
    assert synth.OUT == ASSETS, "the local cloud deploys what `make synth` writes"


def test_run_with_findings_keeps_old_template(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    synth.run()
    (project / "cdk.json").write_text("[]")

    def broken(outdir: Path) -> None:
        (outdir / "Earshot.template.json").write_text("half of it")
        raise FindingsError("  AwsSolutions-S1 at Earshot/Bucket: no logs")

    monkeypatch.setattr(synth, "synthesize", broken)
    assert synth.run() == 1
    assert "AwsSolutions-S1 at Earshot/Bucket" in capsys.readouterr().err
    assert run_of_template(project) == 1
    assert [path.name for path in (project / "build").iterdir()] == ["assembly"], "temporary folders are removed"
    assert synth.run() == 1, "the old template is not up to date"


def test_run_reports_a_missing_prerequisite(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def without_network(outdir: Path) -> None:
        raise SynthesisError("uv could not install")

    monkeypatch.setattr(synth, "synthesize", without_network)
    assert synth.run() == 1
    assert capsys.readouterr().err == "uv could not install\n"


def test_inputs_cover_all_rooms_of_the_template() -> None:
    inputs = {str(path.relative_to(synth.ROOT)) for path in synth._inputs()}
    assert {
        "cdk.json",
        "pyproject.toml",
        "requirements.lock",
        "infra/stack.py",
        "functions/settings.py",
        "functions/handlers/api/handler.py",
        "events/earshot_contract/documents/shards.py",
        "containers/transcriber/Dockerfile",
    } <= inputs
    assert not [i for i in inputs if i.startswith(("localcloud", "tests", "cli")) or "__pycache__" in i]


def test_inputs_include_every_module_that_infra_imports() -> None:
    """Also of functions/, which infra imports and bundles."""
    inputs = {path for path in synth._inputs() if path.suffix == ".py"}
    sources = [path for path in inputs if "containers" not in path.parts]
    names = set()
    for tree in (ast.parse(path.read_text()) for path in sources):
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
    folders = (synth.ROOT, synth.ROOT / "events", synth.ROOT / "cli", synth.ROOT / "containers" / "transcriber")
    stems = [folder / name.replace(".", "/") for folder in folders for name in names]
    own = {file for stem in stems for file in (stem.with_suffix(".py"), stem / "__init__.py") if file.is_file()}
    assert len(own) > 50
    assert own - inputs == set()


def test_digest_does_not_import_cdk() -> None:
    """Importing CDK takes seconds."""
    code = "import infra.synth, sys; infra.synth.digest(); print({'jsii', 'aws_cdk'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], cwd=synth.ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_unacknowledged_finding_fails_synthesis(gpu: Assembly, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(nag.ACKNOWLEDGED, "ECS2")
    with pytest.raises(FindingsError) as failure:
        synth.synthesize(tmp_path)
    [line] = str(failure.value).splitlines()
    assert line.startswith("  AwsSolutions-ECS2 at Earshot/Workers/Transcriber/Definition/Resource: ")


def test_every_acknowledgement_has_a_reason() -> None:
    assert [rule for rule, reason in nag.ACKNOWLEDGED.items() if len(reason.split()) < 8 or reason[-1] != "."] == []


def test_synthesis_is_repeatable(synthesized: Callable[..., Assembly]) -> None:
    """The same inputs give the same assets; otherwise every deployment would replace every function."""
    inputs = synth.digest()
    first, second = synthesized(spot="true"), synthesized(spot="true", max_workers="4")
    edited_meanwhile = synth.digest() != inputs
    assert edited_meanwhile or first.template["Resources"] == second.template["Resources"]
