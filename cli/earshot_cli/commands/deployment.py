"""`earshot deploy`, `upgrade`, `doctor`, `cost`, `destroy`: a whole deployment, with the account's credentials."""

from __future__ import annotations

import dataclasses
import json
import shutil
import time
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from earshot_cli import CLONE
from earshot_cli.aws.clients import aws_errors, client, price_list_client
from earshot_cli.aws.deployed_stack import read_stack, stack_outputs
from earshot_cli.aws.stack_state import DELETING, Stage, check_unprotected, is_earshots, refusal, stage
from earshot_cli.commands.cost_table import WIDE_COLUMNS, cost_table, speeds
from earshot_cli.commands.doctor import Flavour, print_findings
from earshot_cli.commands.interrupts import interruptible
from earshot_cli.console import stderr, stdout
from earshot_cli.deployment import image_assets, image_builder, release
from earshot_cli.deployment.account_checks import Level
from earshot_cli.deployment.cdk import check_clone, run_cdk
from earshot_cli.deployment.cost import audio_costs, learnt, worker_price
from earshot_cli.deployment.destroy import destroy as remove
from earshot_cli.deployment.doctor import Needs, docker, examine
from earshot_cli.errors import CliError, Status

DEFAULT_INSTANCE_TYPE = "g6.xlarge"  # the first of infra/settings.py, which is not in the wheel


class ImageBuild(StrEnum):
    """Where the worker's image is built."""

    AUTO = "auto"  # by Docker where it answers, otherwise in the account
    DOCKER = "docker"
    CODEBUILD = "codebuild"


# After Ctrl-C while the CDK waits for CloudFormation.
GOES_ON = "CloudFormation goes on by itself if it has begun, which its console shows."

DOCKER_NEEDED = {ImageBuild.DOCKER: True, ImageBuild.AUTO: False, ImageBuild.CODEBUILD: None}  # of `examine`
Settings = Annotated[
    list[str] | None,
    typer.Option("--context", "-c", metavar="NAME=VALUE", help="A setting of the deployment; may be repeated."),
]
Image = Annotated[
    ImageBuild,
    typer.Option("--image", help="Where the worker's image is built; codebuild: in the account, without Docker here."),
]
Unchecked = Annotated[bool, typer.Option("--unchecked", help="Go on although a check finds a problem.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def deploy(
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Name of the stack.")] = "Earshot",
    context: Settings = None,
    image: Image = ImageBuild.AUTO,
    unchecked: Unchecked = False,
) -> None:
    """Deploy Earshot for the first time: check the account, build the image, create the stack."""
    check_clone()
    settings = {**_named(context, name), "name": name}
    _check_name_is_free(name)
    with interruptible("Nothing was deployed."):
        folder = _build(name, _with_price(settings, {}), image, unchecked, {})
    with interruptible(
        f"{GOES_ON} When it has ended: `earshot upgrade {name}`, or `earshot deploy --name {name}` again."
    ):
        release.deploy(name, folder)
    model = json.loads(stack_outputs(name)["Settings"])["default_model"]  # a deployment starts without one
    stderr.print(
        f"Deployed. Next: `earshot model add {model} --stack {name}`, then `earshot key create NAME --stack {name}`.",
        markup=False,
    )


def upgrade(
    stack: Annotated[str, typer.Argument(metavar="STACK", help="Name of the stack, for example Earshot.")],
    context: Settings = None,
    image: Image = ImageBuild.AUTO,
    unchecked: Unchecked = False,
    yes: Yes = False,
) -> None:
    """Bring a deployment to this version; settings that are not named with -c stay as they are deployed."""
    check_clone()
    named = _named(context, stack)
    _check_stands(stack)
    deployed = release.deployed_settings(stack_outputs(stack), named)
    if _kinds({**deployed, **named}) != _kinds(deployed):
        named = _with_price(named, deployed)
    with interruptible("Nothing was changed."):
        folder = _build(stack, {**named, "name": stack}, image, unchecked, deployed)
        for line in release.settings_changes(deployed, release.synthesized_settings(stack, folder)):
            stdout.print(f"Setting  {line}", markup=False)
        stderr.print("CloudFormation prepares the changes. What the CDK prints about it changes nothing yet.")
        with aws_errors(f"The changes of {stack} cannot be prepared"):
            found = release.prepare(client, stack, folder)
    if not found:
        stderr.print("Nothing differs from what is deployed.")
        return
    for line in release.change_lines(found):
        stdout.print(line, markup=False)
    release.check_changes(found)
    if not yes and not typer.confirm(f"Make these changes to {stack}?", err=True):
        with aws_errors("The change set cannot be deleted"):
            release.discard(client, stack)
        raise typer.Abort
    with interruptible(f"{GOES_ON} When it has ended, repeat the command."):
        release.execute(stack, folder)


def cdk(context: typer.Context) -> None:
    """Run any command of the CDK in the version that fits, for example `earshot cdk bootstrap`."""
    raise typer.Exit(run_cdk(context.args))


def _named(context: Sequence[str] | None, stack: str) -> dict[str, str]:
    """Return the settings that the command names. The stack's name is not one of them: it is an argument or --name."""
    settings = release.parse_settings(context or [])
    if settings.pop("name", stack) != stack:
        raise CliError(f"-c name: this command is about {stack}. Name the stack by --name or the argument STACK.")
    return settings


def _kinds(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that determine a worker's price: the flavour and the instance types, in order."""
    types = settings.get("instance_types", DEFAULT_INSTANCE_TYPE)
    return {
        "flavour": settings.get("flavour", Flavour.GPU),
        "instance_types": types.split(",") if isinstance(types, str) else list(types),
    }


def _with_price(named: dict[str, str], deployed: Mapping[str, Any]) -> dict[str, str]:
    """Return settings with the list price of a worker in the region, unless it is named or cannot be read."""
    if "worker_price" in named:
        return named
    try:
        with aws_errors("AWS's price list cannot be read"):
            kinds = _kinds({**deployed, **named})
            price = worker_price(price_list_client, kinds, client("sts").meta.region_name)
    except CliError as error:
        stderr.print(f"The price of a worker stays the assumed one: {error.message}", markup=False)
        return named
    return {**named, "worker_price": f"{price.usd:.5g}"}


def _check_name_is_free(name: str) -> None:
    """Raise unless a stack of this name can be created; the CDK deletes one whose creation was rolled back."""
    description, region = read_stack(name)
    match stage(description):
        case Stage.ABSENT:
            return
        case Stage.ROLLED_BACK:
            stderr.print(f"An earlier deployment of {name} was rolled back; the CDK deletes what is left of it first.")
        case Stage.STANDS:
            raise CliError(f"There is a stack {name}: `earshot upgrade {name}` changes it and keeps its settings.")
        case _:
            raise refusal(name, description, region)


def _check_stands(name: str) -> None:
    """Raise unless CloudFormation can change the stack: not during a change, nor after a failed rollback."""
    description, region = read_stack(name)
    if stage(description) is not Stage.STANDS:
        raise refusal(name, description, region)


def _build(
    name: str, settings: Mapping[str, str], image: ImageBuild, unchecked: bool, deployed: Mapping[str, Any]
) -> Path:
    """Synthesize, check the account, and build the image unless the CDK is to do so; return the app's folder."""
    folder = CLONE / "build" / "deploy" / name
    shutil.rmtree(folder, ignore_errors=True)
    release.synthesize(settings, folder, deployed)
    synthesized = release.synthesized_settings(name, folder)
    needs = dataclasses.replace(
        Needs.of(synthesized),
        first=not deployed,
        parameters=release.public_parameters(name, folder),
    )
    problems = print_findings(examine(client, needs, docker_needed=DOCKER_NEEDED[image]), only_open=True)
    if problems and not unchecked:
        raise CliError(
            f"{problems} of these would make a deployment fail; --unchecked tries it all the same.", Status.FAILED
        )
    if image is ImageBuild.CODEBUILD or (image is ImageBuild.AUTO and docker().level is not Level.OK):
        with aws_errors("The worker's image cannot be built"):
            account = client("sts").get_caller_identity()["Account"]
            for asset in image_assets.image_assets(folder, account, client("ecr").meta.region_name):
                boundary = synthesized["permissions_boundary"]
                image_builder.build(client, asset, stderr.print, time.sleep, boundary=boundary)
    return folder


def cost(
    stack: Annotated[str, typer.Argument(metavar="STACK", help="Name of the stack, for example Earshot.")],
) -> None:
    """Compute what audio costs, by kind of worker: AWS's list prices of today, speeds as measured in the deployment."""
    outputs = stack_outputs(stack)
    if "Settings" not in outputs:
        raise CliError(f"The stack {stack} was deployed by an earlier version, which has no output Settings.")
    settings, region = json.loads(outputs["Settings"]), outputs["JobMachineArn"].split(":")[3]
    with aws_errors(f"What the workers of {stack} have measured cannot be read"):
        measured = learnt(client("dynamodb"), outputs["TableName"])
    with aws_errors("AWS's price list cannot be read"):
        found = list(audio_costs(price_list_client, settings, region, measured))
    stdout.print(cost_table(found, narrow=stdout.width < WIDE_COLUMNS))
    stdout.print(
        "An hour of audio: of many in a row, and of one alone, for which a worker starts. A burst: its start, its idle "
        f"time, its instance's time after it. List prices on demand in {region}, of Lambda without its free seconds. "
        f"Here {speeds(found)}. Not included: Spot's discount, ECS's fee for managed instances, storage."
    )


def destroy(
    stack: Annotated[str, typer.Argument(metavar="STACK", help="Name of the stack, for example Earshot.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a deployment from AWS: stop its jobs and workers, wait for its instances, delete the stack."""
    description, region = read_stack(stack)
    if description is None or (stage(description) is Stage.BUSY and description["StackStatus"] != DELETING):
        raise refusal(stack, description, region)
    if not is_earshots(description):
        raise CliError(f"The stack {stack} is not Earshot's: it has no tag Application=Earshot. Nothing was removed.")
    check_unprotected(stack, description)  # before its jobs are stopped
    if not yes:
        question = f"Stop all jobs of {stack} in {region} and delete it? Buckets and table stay."
        typer.confirm(question, abort=True, err=True)
    left = "What was stopped stays stopped, and a deletion that has begun goes on. Repeat the command: it continues."
    with interruptible(left), aws_errors(f"The deployment {stack} could not be removed"):
        kept = remove(client, stack, stderr.print, time.sleep)
    stderr.print(f"Removed {stack}. What holds data stays: {', '.join(kept) or 'nothing'}.")
