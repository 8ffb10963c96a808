"""Ctrl-C in `deploy`, `upgrade` and `destroy`: what stands then is said, in one line."""

from __future__ import annotations

import subprocess
from types import SimpleNamespace
from typing import Any

import pytest

from earshot_cli.commands import deployment as deployment_commands
from earshot_cli.deployment import cdk
from earshot_cli.errors import CliError, Status
from tests.fixtures.accounts.cloudformation import HARMLESS, Account, deployed, run_command


def message(*arguments: str) -> str:
    result = run_command(*arguments)
    assert isinstance(result.exception, CliError), result.output
    assert result.exception.status == Status.INTERRUPTED
    return result.exception.message


@pytest.mark.parametrize(
    ("during", "expected"),
    [("synth", "Nothing was deployed."), ("deploy", "CloudFormation goes on by itself if it has begun")],
)
def test_interrupted_deploy_says_what_stands(account: Account, during: str, expected: str) -> None:
    account.interrupted = during
    assert expected in message("deploy", "--name", "Ours")


@pytest.mark.parametrize(
    ("during", "expected"),
    [
        ("synth", "Nothing was changed."),
        ("prepare-change-set", "Nothing was changed."),
        ("execute-change-set", "CloudFormation goes on by itself if it has begun"),
    ],
)
def test_interrupted_upgrade_says_what_stands(account: Account, during: str, expected: str) -> None:
    account.settings, account.changes, account.interrupted = deployed(), [HARMLESS], during
    assert expected in message("upgrade", "Ours", "--yes")


def test_interrupted_destroy_can_be_repeated(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> list[str]:
        raise KeyboardInterrupt

    account.settings = deployed()
    monkeypatch.setattr(deployment_commands, "is_earshots", lambda _: True)
    monkeypatch.setattr(deployment_commands, "remove", interrupted)
    assert "Repeat the command: it continues." in message("destroy", "Ours", "--yes")


@pytest.mark.parametrize("status", [-2, 130])
def test_signal_that_ended_the_cdk_alone_is_an_interrupt(
    account: Account, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """A command that was started in the background ignores Ctrl-C; the CDK does not."""
    run = account.run

    def interrupted(command: list[str], **options: Any) -> Any:
        done = run(command, **options)
        return SimpleNamespace(returncode=status) if "deploy" in command else done

    monkeypatch.setattr(account, "run", interrupted)
    assert "CloudFormation goes on by itself if it has begun" in message("deploy", "--name", "Ours")


def test_node_of_the_environment_is_run_without_python() -> None:
    """Ctrl-C reaches every process of a terminal, and Python's each print a traceback."""
    npx, folders = cdk._node()
    assert "bin/python" not in npx[0]
    assert folders
    assert subprocess.run([*npx, "--version"], capture_output=True, text=True, timeout=60).stdout[0].isdigit()
