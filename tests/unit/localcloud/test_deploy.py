"""Check of the synthesized app before it is deployed into the emulator."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from localcloud.deploy import DeploymentFailed, check_assembly, with_environment

HANDLER = "functions.handlers.api.handler.handler"


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    """A synthesized app with one function."""
    code = tmp_path / "asset.1" / "functions" / "handlers" / "api"
    code.mkdir(parents=True)
    (code / "handler.py").touch()
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Handler": HANDLER, "Code": {"S3Key": "1.zip"}}}
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {}}
    files = {
        "1": {"source": {"path": "asset.1", "packaging": "zip"}, "destinations": {"here": {"objectKey": "1.zip"}}},
        "2": {
            "source": {"path": "Earshot.template.json", "packaging": "file"},
            "destinations": {"here": {"objectKey": "2.json"}},
        },
    }
    (tmp_path / "Earshot.template.json").write_text(json.dumps({"Resources": {"Api": function, "Data": bucket}}))
    (tmp_path / "Earshot.assets.json").write_text(json.dumps({"files": files}))
    return tmp_path


def test_complete_assembly_is_accepted(assembly: Path) -> None:
    check_assembly(assembly)


def test_unbundled_code_is_refused(assembly: Path) -> None:
    """`cdk ls` leaves such an assembly: the asset is there, with the files of another folder."""
    shutil.rmtree(assembly / "asset.1" / "functions")
    (assembly / "asset.1" / "stack.py").touch()
    with pytest.raises(DeploymentFailed, match=r"Api has no module functions\.handlers\.api\.handler in .*make synth"):
        check_assembly(assembly)


def test_missing_asset_is_refused(assembly: Path) -> None:
    shutil.rmtree(assembly / "asset.1")
    with pytest.raises(DeploymentFailed, match=r"asset\.1 does not exist: .*make synth"):
        check_assembly(assembly)


def test_missing_template_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeploymentFailed, match="make synth"):
        check_assembly(tmp_path)


def test_environment_replaces_only_variables_the_template_sets() -> None:
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": {"A": "1", "B": "2"}}}}
    container = {"Environment": [{"Name": "A", "Value": "1"}, {"Name": "C", "Value": {"Ref": "Queue"}}]}
    task = {"Type": "AWS::ECS::TaskDefinition", "Properties": {"ContainerDefinitions": [container]}}
    template = {"Resources": {"F": function, "T": task, "S": {"Type": "AWS::S3::Bucket"}}}
    here = with_environment(template, {"A": "9", "D": "9"})["Resources"]
    assert here["F"]["Properties"]["Environment"]["Variables"] == {"A": "9", "B": "2"}
    [changed] = here["T"]["Properties"]["ContainerDefinitions"]
    assert [v["Value"] for v in changed["Environment"]] == ["9", {"Ref": "Queue"}]
    assert function["Properties"]["Environment"]["Variables"]["A"] == "1", "the template itself is not changed"
