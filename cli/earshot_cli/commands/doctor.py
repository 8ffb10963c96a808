"""`earshot doctor`: the findings about an account, printed."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import typer
from rich.text import Text

from earshot_cli.aws.clients import client
from earshot_cli.console import stderr, stdout
from earshot_cli.deployment.account_checks import Finding, Level
from earshot_cli.deployment.doctor import Needs, examine
from earshot_cli.errors import CliError, Status

STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "red"}


class Flavour(StrEnum):
    """Kind of machine that workers run on; the setting `flavour` of a deployment."""

    GPU = "gpu"
    CPU = "cpu"


def doctor(
    flavour: Annotated[Flavour, typer.Option("--flavour", help="What the deployment's workers run on.")] = Flavour.GPU,
    zones: Annotated[
        int | None,
        typer.Option(
            "--zones", metavar="NUMBER", min=1, max=4, help="Availability zones that it uses, if you set them."
        ),
    ] = None,
) -> None:
    """Check what a deployment needs of this machine and the AWS account, and say what to do."""
    if problems := print_findings(examine(client, Needs(gpu=flavour is Flavour.GPU, zones=zones))):
        raise CliError(f"{problems} of these would make a deployment fail.", Status.FAILED)
    settings = "" if flavour is Flavour.GPU else f" -c flavour={flavour}"
    stderr.print(f"Nothing makes a deployment fail. Next: `earshot deploy{settings}`.", markup=False)


def print_findings(findings: Iterable[Finding], *, only_open: bool = False) -> int:
    """Print findings, or those with advice alone; return how many are problems."""
    problems = 0
    for finding in findings:
        problems += finding.level is Level.PROBLEM
        if only_open and not finding.advice:
            continue
        line = Text(f"{finding.level:<8} ", style=STYLES[finding.level]).append(Text(finding.what, style="default"))
        stdout.print(line)
        if finding.advice:
            stdout.print(Text(f"    {finding.advice}"))
    return problems
