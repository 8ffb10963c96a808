"""Deploy and upgrade: what the CDK is called with, which settings stay, and which changes are refused."""

from __future__ import annotations

import dataclasses
import itertools
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
import typer.testing
from botocore.exceptions import ClientError

from earshot_cli import cdk, deployment_commands
from earshot_cli.account_checks import Finding, Level
from earshot_cli.cost import Price
from earshot_cli.doctor import Needs
from earshot_cli.errors import CliError
from earshot_cli.main import app
from infra.settings import StackSettings
from tests.fixtures.cli import built_command

STATEFUL = {"Action": "Modify", "ResourceType": "AWS::DynamoDB::GlobalTable", "LogicalResourceId": "Table"}
HARMLESS = {
    "Action": "Modify",
    "Replacement": "True",
    "ResourceType": "AWS::Lambda::Function",
    "LogicalResourceId": "Api",
}


class Account:
    """CloudFormation with one stack and one prepared change set, and the calls of the CDK."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] | None = None  # of the deployed stack; None: there is none
        self.synthesized: dict[str, Any] = {}
        self.old = False  # an earlier version, without the output Settings
        self.changes: list[dict[str, Any]] = []
        self.cdk: list[list[str]] = []
        self.discarded = 0
        self.status = ""  # of the stack, where it is not that of one which stands

    meta = SimpleNamespace(region_name="eu-west-1")

    def client(self, service: str) -> Any:
        return self

    def run(self, command: list[str], **_: Any) -> Any:
        self.cdk.append(command[3:])
        if command[3] == "synth":
            self.synthesize(command[3:])
        if command[3] == "deploy" and self.settings is None:
            self.settings, self.status = self.synthesized, ""
        return SimpleNamespace(returncode=0)

    def synthesize(self, command: list[str]) -> None:
        """Write the template's output `Settings`, as `infra.app` does."""
        sent = context(command)
        node: Any = SimpleNamespace(try_get_context=sent.get, get_all_context=lambda: sent)
        settings = StackSettings.from_context(node)
        self.synthesized = json.loads(settings.to_json())
        folder = Path(command[command.index("--output") + 1])
        folder.mkdir(parents=True)
        layer = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/aws/service/layer"}
        template = {"Outputs": {"Settings": {"Value": settings.to_json()}}, "Parameters": {"Layer": layer}}
        (folder / f"{settings.name}.template.json").write_text(json.dumps(template))

    def describe_stacks(self, StackName: str) -> Any:
        if self.status and self.settings is None:
            return {"Stacks": [{"StackStatus": self.status}]}
        if self.settings is None:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "Stack does not exist"}}, "x")
        values = {"TableName": "t", "ModelsBucket": "m", "Settings": json.dumps(self.settings)}
        if self.old:
            del values["Settings"]
        outputs = [{"OutputKey": k, "OutputValue": v} for k, v in values.items()]
        return {"Stacks": [{"StackStatus": self.status or "UPDATE_COMPLETE", "Outputs": outputs}]}

    def describe_change_set(self, StackName: str, ChangeSetName: str, NextToken: str = "0") -> Any:
        if not self.changes:
            raise ClientError({"Error": {"Code": "ChangeSetNotFound", "Message": "no"}}, "x")
        page = int(NextToken)
        more = {"NextToken": str(page + 1)} if page + 1 < len(self.changes) else {}
        return {"Changes": [{"ResourceChange": self.changes[page]}], **more}

    def delete_change_set(self, **_: Any) -> None:
        self.discarded += 1


def context(command: list[str]) -> dict[str, str]:
    """Return the context in a command of the CDK."""
    return dict(pair.split("=", 1) for flag, pair in itertools.pairwise(command) if flag == "-c")


def deployed(**settings: Any) -> dict[str, Any]:
    """Return the output `Settings` of a deployment."""
    return dict(json.loads(StackSettings(**{"name": "Ours", "idle_seconds": 20, **settings}).to_json()))


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Account:
    made = Account()
    (tmp_path / "cdk.json").write_text("{}")
    monkeypatch.setattr(cdk, "CLONE", tmp_path)
    monkeypatch.setattr(cdk, "subprocess", made)
    monkeypatch.setattr(deployment_commands, "CLONE", tmp_path)
    monkeypatch.setattr(deployment_commands, "client", made.client)
    monkeypatch.setattr("earshot_cli.deployment.client", made.client)
    monkeypatch.setattr(deployment_commands, "worker_price", lambda *_: Price("g6.xlarge", 0.8, "2026-11-20"))
    monkeypatch.setattr(deployment_commands, "examine", lambda *_, **__: [])
    monkeypatch.setattr(deployment_commands, "docker", lambda: Finding(Level.OK, "Docker answers"))
    return made


def earshot(*arguments: str, answer: str = "") -> typer.testing.Result:
    with mock.patch.object(typer.testing, "_get_command", built_command):
        return typer.testing.CliRunner().invoke(app, arguments, input=answer)


def test_deploy_synthesizes_and_creates_the_stack(account: Account) -> None:
    result = earshot("deploy", "--name", "Ours", "-c", "flavour=cpu")

    assert result.exit_code == 0, result.output
    synth, deploy = account.cdk
    assert synth[0] == "synth"
    assert context(synth) == {"flavour": "cpu", "name": "Ours", "worker_price": "0.8"}
    assert deploy[:3] == ["deploy", "Ours", "--app"]
    assert "earshot model add small --stack Ours" in result.output


def test_first_instance_type_is_that_of_the_settings() -> None:
    assert StackSettings().instance_types[0] == deployment_commands.DEFAULT_INSTANCE_TYPE


def test_price_that_cannot_be_read_is_left_out(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: Any) -> Price:
        raise CliError("no such type")

    monkeypatch.setattr(deployment_commands, "worker_price", missing)
    result = earshot("deploy")
    assert result.exit_code == 0
    assert "no such type" in result.output
    assert not any("worker_price" in word for word in account.cdk[0])


def test_deploy_of_an_existing_stack_is_refused(account: Account) -> None:
    account.settings = {}
    result = earshot("deploy")
    assert isinstance(result.exception, CliError)
    assert "earshot upgrade Earshot" in result.exception.message
    assert account.cdk == []


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "REVIEW_IN_PROGRESS"])
def test_deploy_after_a_failed_first_one_tries_again(account: Account, status: str) -> None:
    """CloudFormation keeps the name of a stack whose creation was rolled back; the CDK deletes it."""
    account.status = status
    result = earshot("deploy")
    assert result.exit_code == 0, result.output
    assert account.cdk[-1][:2] == ["deploy", "Earshot"]


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        (("deploy",), "DELETE_FAILED", "earshot destroy Earshot"),
        (("deploy",), "CREATE_IN_PROGRESS", "Wait until that has ended"),
        (("deploy",), "UPDATE_ROLLBACK_FAILED", "continue-update-rollback --stack-name Earshot"),
        (("upgrade", "Earshot"), "", "There is no stack Earshot in the region eu-west-1"),
        (("upgrade", "Earshot"), "ROLLBACK_COMPLETE", "earshot deploy --name Earshot"),
        (("upgrade", "Earshot"), "UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
        (("upgrade", "Earshot"), "UPDATE_ROLLBACK_IN_PROGRESS", "Wait until that has ended"),
        (("cost", "Earshot"), "ROLLBACK_COMPLETE", "Its first deployment did not succeed"),
    ],
)
def test_stack_that_does_not_stand_is_named_with_its_remedy(
    account: Account, command: tuple[str, ...], status: str, message: str
) -> None:
    account.status = status
    if status.startswith("UPDATE"):
        account.settings = deployed()
    result = earshot(*command)
    assert isinstance(result.exception, CliError)
    assert message in result.exception.message
    assert account.cdk == []


def test_deploy_with_a_problem_stops_unless_unchecked(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Finding(Level.PROBLEM, "No quota", "Request it.")
    monkeypatch.setattr(deployment_commands, "examine", lambda *_, **__: [problem])
    assert isinstance(earshot("deploy").exception, CliError)
    assert [command[0] for command in account.cdk] == ["synth"]
    assert earshot("deploy", "--unchecked").exit_code == 0
    assert len(account.cdk) == 3


def test_upgrade_keeps_every_deployed_setting(account: Account) -> None:
    before = deployed(spot=False, uploads_days=9, instance_types=("g5.xlarge", "g4dn.xlarge"), alarm_email="a@b")
    account.settings, account.changes = before, [HARMLESS]

    result = earshot("upgrade", "Ours", "--yes", "-c", "max_workers=7")

    assert result.exit_code == 0, result.output
    _, prepare, execute = account.cdk
    assert account.synthesized == {**before, "max_workers": 7}
    assert [line for line in result.output.splitlines() if line.startswith("Setting")] == [
        "Setting  max_workers: 4 → 7"
    ]
    assert "prepare-change-set" in prepare
    assert "execute-change-set" in execute


def test_upgrade_to_cpu_takes_its_model_speed_and_price(account: Account) -> None:
    """The deployed price is the list's of a GPU in that region, which no default is."""
    account.settings, account.changes = deployed(worker_price=0.91), [HARMLESS]

    result = earshot("upgrade", "Ours", "--yes", "-c", "flavour=cpu")

    assert result.exit_code == 0, result.output
    shown = {line.split(":")[0].split()[-1] for line in result.output.splitlines() if line.startswith("Setting")}
    assert shown == {"flavour", "default_model", "speed", "worker_price"}
    assert (account.synthesized["speed"], account.synthesized["worker_price"]) == (4.0, 0.8)


@pytest.mark.parametrize(("named", "read"), [("instance_types=g5.xlarge", 1), ("max_workers=7", 0), ("flavour=gpu", 0)])
def test_price_is_read_again_for_another_kind(
    account: Account, monkeypatch: pytest.MonkeyPatch, named: str, read: int
) -> None:
    requested = []
    monkeypatch.setattr(deployment_commands, "worker_price", lambda *_: requested.append(1) or Price("x", 0.7, "2026"))
    account.settings = deployed()
    assert earshot("upgrade", "Ours", "-c", named).exit_code == 0
    assert len(requested) == read


def test_setting_of_an_earlier_version_is_named(account: Account) -> None:
    account.settings = {**deployed(), "allow_private_urls": False}
    result = earshot("upgrade", "Ours")
    assert "Setting  allow_private_urls: false → gone in this version" in result.output


def test_stack_without_settings_asks_for_them(account: Account) -> None:
    account.settings, account.old = {}, True
    refused = earshot("upgrade", "Ours")
    assert isinstance(refused.exception, CliError)
    assert "-c flavour=gpu if nothing" in refused.exception.message
    assert account.cdk == []
    assert earshot("upgrade", "Ours", "-c", "flavour=gpu").exit_code == 0


@pytest.mark.parametrize("command", [("deploy",), ("upgrade", "Earshot")])
def test_name_as_a_setting_is_refused(account: Account, command: tuple[str, ...]) -> None:
    account.settings = {}
    result = earshot(*command, "-c", "name=Ours")
    assert isinstance(result.exception, CliError)
    assert "this command is about Earshot" in result.exception.message
    assert account.cdk == []


def test_doctor_checks_what_the_settings_need(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    requested: list[Needs] = []
    monkeypatch.setattr(deployment_commands, "examine", lambda _, needs, **__: requested.append(needs) or [])
    assert earshot("deploy", "-c", "spot=false", "-c", "zones=2", "-c", "instance_types=g5.xlarge").exit_code == 0
    needed = Needs(spot=False, zones=2, instance_types=["g5.xlarge"], parameters=["/aws/service/layer"])
    assert requested == [needed]
    assert earshot("upgrade", "Earshot").exit_code == 0
    assert requested[1] == dataclasses.replace(needed, first=False)


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({**STATEFUL, "Replacement": "True"}, True),
        ({**STATEFUL, "Replacement": "Conditional"}, True),
        ({**STATEFUL, "Replacement": "False"}, False),
        ({**STATEFUL, "Action": "Remove"}, True),
        (HARMLESS, False),
    ],
)
def test_upgrade_that_loses_data_is_refused(account: Account, change: dict[str, Any], refused: bool) -> None:
    account.settings, account.changes = deployed(), [HARMLESS, change]  # on a page of its own
    result = earshot("upgrade", "Ours", "--yes")
    assert isinstance(result.exception, CliError) is refused
    assert len(account.cdk) == (2 if refused else 3), "executed all the same"


def test_upgrade_that_is_declined_discards_the_changes(account: Account) -> None:
    account.settings, account.changes = deployed(), [HARMLESS]
    result = earshot("upgrade", "Ours", answer="n\n")
    assert (result.exit_code, account.discarded, len(account.cdk)) == (1, 1, 2)


def test_upgrade_without_a_difference_changes_nothing(account: Account) -> None:
    account.settings = deployed()
    assert (earshot("upgrade", "Ours").exit_code, len(account.cdk)) == (0, 2)


def test_any_command_of_the_cdk_is_passed_on(account: Account) -> None:
    assert earshot("cdk", "bootstrap", "--trust", "1").exit_code == 0
    assert account.cdk == [["bootstrap", "--trust", "1"]]
