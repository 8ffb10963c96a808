"""`earshot deploy` and `earshot cdk`: what the CDK is called with, and what is refused before."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from earshot_cli.commands import deployment as deployment_commands
from earshot_cli.deployment.account_checks import Finding, Level
from earshot_cli.deployment.cost import Price
from earshot_cli.deployment.doctor import Needs
from earshot_cli.errors import CliError
from infra.settings import StackSettings
from tests.fixtures.accounts.cloudformation import Account, context, deployed, run_command


def test_deploy_synthesizes_and_creates_the_stack(account: Account) -> None:
    result = run_command("deploy", "--name", "Ours", "-c", "flavour=cpu")

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
    result = run_command("deploy")
    assert result.exit_code == 0
    assert "no such type" in result.output
    assert not any("worker_price" in word for word in account.cdk[0])


def test_deploy_of_an_existing_stack_is_refused(account: Account) -> None:
    account.settings = {}
    result = run_command("deploy")
    assert isinstance(result.exception, CliError)
    assert "earshot upgrade Earshot" in result.exception.message
    assert account.cdk == []


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "REVIEW_IN_PROGRESS"])
def test_deploy_after_a_failed_first_one_tries_again(account: Account, status: str) -> None:
    """CloudFormation keeps the name of a stack whose creation was rolled back; the CDK deletes it."""
    account.status = status
    result = run_command("deploy")
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
    result = run_command(*command)
    assert isinstance(result.exception, CliError)
    assert message in result.exception.message
    assert account.cdk == []


def test_deploy_with_a_problem_stops_unless_unchecked(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Finding(Level.PROBLEM, "No quota", "Request it.")
    monkeypatch.setattr(deployment_commands, "examine", lambda *_, **__: [problem])
    assert isinstance(run_command("deploy").exception, CliError)
    assert [command[0] for command in account.cdk] == ["synth"]
    assert run_command("deploy", "--unchecked").exit_code == 0
    assert len(account.cdk) == 3


@pytest.mark.parametrize("command", [("deploy",), ("upgrade", "Earshot")])
def test_name_as_a_setting_is_refused(account: Account, command: tuple[str, ...]) -> None:
    account.settings = {}
    result = run_command(*command, "-c", "name=Ours")
    assert isinstance(result.exception, CliError)
    assert "this command is about Earshot" in result.exception.message
    assert account.cdk == []


def test_doctor_checks_what_the_settings_need(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    requested: list[Needs] = []
    monkeypatch.setattr(deployment_commands, "examine", lambda _, needs, **__: requested.append(needs) or [])
    assert run_command("deploy", "-c", "spot=false", "-c", "zones=2", "-c", "instance_types=g5.xlarge").exit_code == 0
    needed = Needs(spot=False, zones=2, instance_types=["g5.xlarge"], parameters=["/aws/service/layer"])
    assert requested == [needed]
    assert run_command("upgrade", "Earshot").exit_code == 0
    assert requested[1] == dataclasses.replace(needed, first=False)


def test_any_command_of_the_cdk_is_passed_on(account: Account) -> None:
    assert run_command("cdk", "bootstrap", "--trust", "1").exit_code == 0
    assert account.cdk == [["bootstrap", "--trust", "1"]]
