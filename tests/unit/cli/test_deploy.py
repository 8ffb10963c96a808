"""`earshot deploy` and `earshot cdk`: what the CDK is called with, and what is refused before."""

from __future__ import annotations

from typing import Any

import pytest

from earshot_cli import deployment_commands
from earshot_cli.account_checks import Finding, Level
from earshot_cli.cost import Price
from earshot_cli.doctor import Needs
from earshot_cli.errors import CliError
from infra.settings import StackSettings
from tests.fixtures.cloudformation import Account, context, run_command


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
    assert requested == [Needs(spot=False, zones=2, instance_types=["g5.xlarge"])]


def test_any_command_of_the_cdk_is_passed_on(account: Account) -> None:
    assert run_command("cdk", "bootstrap", "--trust", "1").exit_code == 0
    assert account.cdk == [["bootstrap", "--trust", "1"]]
