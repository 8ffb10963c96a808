"""`earshot doctor` and `earshot destroy`: commands about a whole deployment, with the account's credentials."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Annotated

import typer
from rich.text import Text

from earshot_cli.aws_clients import aws_errors, client
from earshot_cli.console import stderr, stdout
from earshot_cli.deployment import stack_outputs
from earshot_cli.destroy import destroy as remove
from earshot_cli.doctor import Level, examine
from earshot_cli.errors import CliError, Status

STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "red"}


class Flavour(StrEnum):
    """What workers run on; the setting `flavour` of a deployment."""

    GPU = "gpu"
    CPU = "cpu"


def doctor(
    flavour: Annotated[Flavour, typer.Option("--flavour", help="What the deployment's workers run on.")] = Flavour.GPU,
    zones: Annotated[int, typer.Option("--zones", min=1, max=4, help="Availability zones that it uses.")] = 3,
) -> None:
    """Check what a deployment needs of this machine and the AWS account, and say what to do."""
    problems = 0
    for finding in examine(client, gpu=flavour is Flavour.GPU, zones=zones):
        line = Text(f"{finding.level:<8} ", style=STYLES[finding.level]).append(Text(finding.what, style="default"))
        stdout.print(line)
        if finding.advice:
            stdout.print(Text(f"         {finding.advice}"))
        problems += finding.level is Level.PROBLEM
    if problems:
        raise CliError(f"{problems} of these make a deployment fail.", Status.FAILED)


def destroy(
    stack: Annotated[str, typer.Argument(metavar="STACK", help="Name of the stack, for example Earshot.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a deployment from AWS: stop its jobs and workers, wait for its instances, delete the stack."""
    outputs = stack_outputs(stack)
    if not yes:
        typer.confirm(f"Stop all jobs of {stack} and delete it? Buckets and table stay.", abort=True, err=True)
    with aws_errors(f"The deployment {stack} could not be removed"):
        kept = remove(client, stack, outputs, stderr.print, time.sleep)
    stderr.print(f"Removed {stack}. What holds data stays: {', '.join(kept) or 'nothing'}.")
