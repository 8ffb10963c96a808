"""`earshot doctor`, `cost` and `destroy`: commands about a whole deployment, with the account's credentials."""

from __future__ import annotations

import json
import time
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from earshot_cli.aws_clients import aws_errors, client, price_list_client
from earshot_cli.console import stderr, stdout
from earshot_cli.cost import audio_costs
from earshot_cli.deployment import stack_outputs
from earshot_cli.destroy import destroy as remove
from earshot_cli.doctor import Level, examine
from earshot_cli.errors import CliError, Status
from earshot_contract.timeouts import WORKER_START_SECONDS

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


def cost(
    stack: Annotated[str, typer.Argument(metavar="STACK", help="Name of the stack, for example Earshot.")],
) -> None:
    """Compute what audio costs in a deployment: its settings, AWS's list prices of today, nothing measured."""
    outputs = stack_outputs(stack)
    if "Settings" not in outputs:
        raise CliError(f"The stack {stack} was deployed by an earlier version, which has no output Settings.")
    settings, region = json.loads(outputs["Settings"]), outputs["JobMachineArn"].split(":")[3]
    with aws_errors("AWS's price list cannot be read"):
        found = list(audio_costs(price_list_client, settings, region))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("worker", "an hour of it", "an hour of audio, busy", "each burst, besides", "prices of"):
        table.add_column(column)
    for each in found:
        dollars = (f"${value:.4f}" for value in (each.price.usd, each.audio_hour, each.burst))
        table.add_row(each.price.worker, *dollars, each.price.published[:10])
    stdout.print(table)
    stdout.print(
        f"List prices on demand in {region}. Assumed: {settings['speed']:g} seconds of audio a second and a start of "
        f"{WORKER_START_SECONDS} s, neither measured. Not included: Spot's discount, ECS's fee for managed instances, "
        "storage."
    )


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
