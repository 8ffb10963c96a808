"""`earshot upgrade`: which settings stay, and which changes are refused."""

from __future__ import annotations

from typing import Any

import pytest

from earshot_cli.commands import deployment as deployment_commands
from earshot_cli.deployment.cost import Price
from earshot_cli.errors import CliError
from tests.fixtures.accounts.cloudformation import HARMLESS, STATEFUL, Account, deployed, run_command


def test_upgrade_keeps_every_deployed_setting(account: Account) -> None:
    before = deployed(spot=False, uploads_days=9, instance_types=("g5.xlarge", "g4dn.xlarge"), alarm_email="a@b")
    account.settings, account.changes = before, [HARMLESS]

    result = run_command("upgrade", "Ours", "--yes", "-c", "max_workers=7")

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

    result = run_command("upgrade", "Ours", "--yes", "-c", "flavour=cpu")

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
    assert run_command("upgrade", "Ours", "-c", named).exit_code == 0
    assert len(requested) == read


def test_setting_of_an_earlier_version_is_named(account: Account) -> None:
    account.settings = {**deployed(), "allow_private_urls": False}
    result = run_command("upgrade", "Ours")
    assert "Setting  allow_private_urls: false → gone in this version" in result.output


def test_stack_without_settings_asks_for_them(account: Account) -> None:
    account.settings, account.old = {}, True
    refused = run_command("upgrade", "Ours")
    assert isinstance(refused.exception, CliError)
    assert "-c flavour=gpu if nothing" in refused.exception.message
    assert account.cdk == []
    assert run_command("upgrade", "Ours", "-c", "flavour=gpu").exit_code == 0


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
    result = run_command("upgrade", "Ours", "--yes")
    assert isinstance(result.exception, CliError) is refused
    assert len(account.cdk) == (2 if refused else 3), "executed all the same"


def test_upgrade_that_is_declined_discards_the_changes(account: Account) -> None:
    account.settings, account.changes = deployed(), [HARMLESS]
    result = run_command("upgrade", "Ours", answer="n\n")
    assert (result.exit_code, account.prepared, len(account.cdk)) == (1, [], 2)


def test_upgrade_without_a_difference_changes_nothing(account: Account) -> None:
    account.settings = deployed()
    account.prepared = [HARMLESS]  # left by an upgrade that was interrupted at the question
    assert (run_command("upgrade", "Ours", "--yes").exit_code, len(account.cdk)) == (0, 2)


def test_upgrade_asks_nothing_that_needs_a_terminal(account: Account) -> None:
    account.settings, account.changes = deployed(), [HARMLESS]
    assert run_command("upgrade", "Ours", "--yes").exit_code == 0
    for command in account.cdk[1:]:
        assert command[command.index("--require-approval") + 1] == "never", command


def test_many_changes_alike_are_one_line(account: Account) -> None:
    methods = [
        {
            "Action": "Modify",
            "Replacement": "Conditional",
            "ResourceType": "AWS::ApiGateway::Method",
            "LogicalResourceId": f"ApiRest{number}",
        }
        for number in range(70)
    ]
    account.settings, account.changes = deployed(), [HARMLESS, *methods]
    result = run_command("upgrade", "Ours", "--yes")
    assert [line for line in result.output.splitlines() if line.startswith("Modify")] == [
        "Modify   AWS::ApiGateway::Method (70 of them), perhaps replaced",
        "Modify   AWS::Lambda::Function Api, replaced",
    ]
