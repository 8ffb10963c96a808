"""Image builder: CodeBuild gets the build context and pushes under the tag that the CDK looks for."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from earshot_cli.deployment.image_assets import image_assets
from earshot_cli.deployment.image_builder import build
from earshot_cli.deployment.image_builder_stack import BUILDSPEC, STACK, ensure_stack, template
from earshot_cli.errors import CliError

TAG = "abc123"
REPOSITORY = "cdk-hnb659fds-container-assets-111122223333-eu-west-1"


class Account:
    """Answers of ECR, CloudFormation, S3 and CodeBuild, and what they were asked."""

    def __init__(self, *statuses: str, built: bool = False) -> None:
        self.statuses, self.built = list(statuses), built
        self.meta = SimpleNamespace(region_name="eu-west-1")
        self.stacks: list[dict[str, Any]] = []
        self.suffix = "amazonaws.com"
        self.uploaded: dict[str, Any] = {}
        self.started: dict[str, Any] = {}
        self.refusal = ""  # code of the error with which CodeBuild refuses to build
        self.missing = "ImageNotFoundException"
        self.status = ""  # of an older stack of the project

    def client(self, service: str) -> Any:
        return self

    def get_caller_identity(self) -> Any:
        return {"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/me"}

    def describe_images(self, **_: Any) -> None:
        if not self.built:
            raise ClientError({"Error": {"Code": self.missing, "Message": "no"}}, "x")

    def describe_repositories(self, repositoryNames: list[str]) -> Any:
        uri = f"111122223333.dkr.ecr.eu-west-1.{self.suffix}/{repositoryNames[0]}"
        return {"repositories": [{"repositoryUri": uri}]}

    def describe_stack_events(self, StackName: str) -> Any:
        failed = {"ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": "Not authorized: iam:CreateRole"}
        return {"StackEvents": [{"LogicalResourceId": "Role", **failed}]}

    def create_stack(self, **arguments: Any) -> None:
        if self.status:
            raise ClientError({"Error": {"Code": "AlreadyExistsException", "Message": "exists"}}, "x")
        self.stacks.append(arguments)

    def update_stack(self, **_: Any) -> None:
        message = f"Stack:arn is in {self.status} state and can not be updated."
        raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "UpdateStack")

    def describe_stacks(self, StackName: str) -> Any:
        return {"Stacks": [{"StackStatus": self.status or "CREATE_COMPLETE"}]}

    def put_object(self, **arguments: Any) -> None:
        self.uploaded = arguments

    def start_build(self, **arguments: Any) -> Any:
        if self.refusal:
            message = "Cannot have more than 0 builds in queue for the account"
            raise ClientError({"Error": {"Code": self.refusal, "Message": message}}, "StartBuild")
        self.started = arguments
        return {"build": {"id": "build-1"}}

    def batch_get_builds(self, ids: list[str]) -> Any:
        status = self.statuses.pop(0)
        phases = [{"contexts": [{"message": "exit status 1"}]}] if status == "FAILED" else []
        return {"builds": [{"buildStatus": status, "currentPhase": "BUILD", "phases": phases}]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    context = tmp_path / "asset.abc123" / "containers"
    context.mkdir(parents=True)
    (context / "Dockerfile").write_text("ARG BASE=python:3.11-slim-bookworm\nFROM ${BASE}\n")
    source = {
        "directory": "asset.abc123",
        "dockerFile": "containers/Dockerfile",
        "dockerBuildArgs": {"FLAVOUR": "cpu"},
        "platform": "linux/amd64",
    }
    name = "cdk-hnb659fds-container-assets-${AWS::AccountId}-${AWS::Region}"
    destination = {"repositoryName": name, "imageTag": TAG}
    images = {TAG: {"source": source, "destinations": {"here": destination}}}
    (tmp_path / "Earshot.assets.json").write_text(json.dumps({"dockerImages": images}))
    return tmp_path


def build_with(account: Account, folder: Path) -> list[str]:
    lines: list[str] = []
    for asset in image_assets(folder, "111122223333", "eu-west-1"):
        build(account.client, asset, lines.append, lambda _: None)
    return lines


def test_context_is_built_and_pushed_under_the_cdks_tag(folder: Path) -> None:
    account = Account("IN_PROGRESS", "SUCCEEDED")

    build_with(account, folder)

    variables = {entry["name"]: entry["value"] for entry in account.started["environmentVariablesOverride"]}
    assert variables["IMAGE"] == f"111122223333.dkr.ecr.eu-west-1.amazonaws.com/{REPOSITORY}:{TAG}"
    assert "--build-arg FLAVOUR=cpu" in variables["BUILD_ARGS"]
    assert variables["MIRROR"] == "public.ecr.aws/docker/library/python:3.11-slim-bookworm"
    assert "BASE" not in variables["BUILD_ARGS"], "Docker Hub's where the mirror lacks the digest"
    assert account.started["sourceLocationOverride"] == f"{account.uploaded['Bucket']}/{account.uploaded['Key']}"
    names = zipfile.ZipFile(io.BytesIO(account.uploaded["Body"])).namelist()
    assert names == ["containers/Dockerfile"]
    assert [stack["StackName"] for stack in account.stacks] == [STACK]
    assert variables["REGISTRY"] == "111122223333.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.mark.parametrize("suffix", ["amazonaws.com.cn", "amazonaws.eu"])
def test_registry_is_that_of_the_partition(folder: Path, suffix: str) -> None:
    account = Account("SUCCEEDED")
    account.suffix = suffix
    build_with(account, folder)
    variables = {entry["name"]: entry["value"] for entry in account.started["environmentVariablesOverride"]}
    assert variables["REGISTRY"].endswith(f".eu-west-1.{suffix}")
    assert variables["IMAGE"].startswith(f"{variables['REGISTRY']}/{REPOSITORY}")


def test_bootstrap_without_its_repository_is_named(folder: Path) -> None:
    account = Account()
    account.missing = "RepositoryNotFoundException"
    with pytest.raises(CliError, match=r"has lost its repository .*delete-stack --stack-name CDKToolkit"):
        build_with(account, folder)


def test_image_that_is_there_is_not_built_again(folder: Path) -> None:
    account = Account(built=True)
    build_with(account, folder)
    assert (account.started, account.stacks) == ({}, [])


def test_failed_build_says_why(folder: Path) -> None:
    with pytest.raises(CliError, match="exit status 1"):
        build_with(Account("IN_PROGRESS", "FAILED"), folder)


def test_account_without_quota_for_builds_names_what_to_request(folder: Path) -> None:
    account = Account()
    account.refusal = "AccountLimitExceededException"
    with pytest.raises(CliError, match=r"more than 0 builds.*Linux/Medium.*or build with Docker"):
        build_with(account, folder)


def test_project_whose_creation_failed_is_named_with_its_remedy() -> None:
    account = Account()
    account.status = "ROLLBACK_COMPLETE"
    message = (
        rf"{STACK} is ROLLBACK_COMPLETE\. Role: Not authorized: iam:CreateRole .*delete-stack --stack-name {STACK}"
    )
    with pytest.raises(CliError, match=message):
        ensure_stack(account.client, "bucket", REPOSITORY, lambda _: None)
    account.status = "UPDATE_ROLLBACK_COMPLETE"  # it stands: nothing has to be deleted
    with pytest.raises(CliError, match="Mend that, then repeat"):
        ensure_stack(account.client, "bucket", REPOSITORY, lambda _: None)


def test_role_of_the_builder_has_the_boundary_of_the_settings() -> None:
    bounded, plain = (template("bucket", REPOSITORY, name)["Resources"]["Role"]["Properties"] for name in ("dev/b", ""))
    assert bounded["PermissionsBoundary"] == {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/dev/b"}
    assert "PermissionsBoundary" not in plain


def test_images_have_no_attestation_which_lambda_refuses() -> None:
    assert BUILDSPEC["env"] == {"variables": {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}}


def test_role_reaches_one_folder_and_one_repository() -> None:
    role = template("bucket", REPOSITORY)["Resources"]["Role"]["Properties"]
    [policy] = role["Policies"]
    resources = {str(s["Resource"]) for s in policy["PolicyDocument"]["Statement"] if s["Resource"] != "*"}
    assert len(resources) == 3
    assert all("bucket/earshot-image/*" in r or REPOSITORY in r or "log-group" in r for r in resources)
    everything = [s["Action"] for s in policy["PolicyDocument"]["Statement"] if s["Resource"] == "*"]
    assert everything == [["ecr:GetAuthorizationToken"]]


def test_app_with_two_images_has_both_built(folder: Path) -> None:
    """The GPU flavour's workers, and the quick workers, which are of the CPU flavour."""
    manifest = folder / "Earshot.assets.json"
    images = json.loads(manifest.read_text())["dockerImages"]
    other = json.loads(json.dumps(images[TAG]))
    other["source"]["dockerBuildArgs"]["FLAVOUR"] = "gpu"
    other["destinations"]["here"]["imageTag"] = "def456"
    manifest.write_text(json.dumps({"dockerImages": images | {"def456": other}}))
    assets = image_assets(folder, "111122223333", "eu-west-1")
    assert {(asset.tag, asset.build_args["FLAVOUR"]) for asset in assets} == {(TAG, "cpu"), ("def456", "gpu")}
    with pytest.raises(CliError, match="no image"):
        image_assets(folder / "asset.abc123", "1", "x")
