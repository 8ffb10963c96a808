"""`earshot key` and `earshot model`: what reaches past the API, to the table and the buckets of a stack."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from earshot_cli import deployment, job_tables
from earshot_cli.errors import Problem, Status

DATA_DIR = Path(__file__).resolve().parents[2] / ".earshot"

DataDir = Annotated[Path, typer.Option("--data-dir", help="Where the local cloud keeps its data.")]
Stack = Annotated[
    str | None, typer.Option("--stack", help="The stack in AWS, for example Earshot. Else the local cloud.")
]

key_commands = typer.Typer(help="API keys.", no_args_is_help=True)
model_commands = typer.Typer(help="Models of a deployment.", no_args_is_help=True)


@key_commands.command("create")
def key_create(
    name: Annotated[str, typer.Argument(help="Who it is for; people read it, nothing else.")],
    stack: Stack = None,
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Make an API key and print it, once: the deployment keeps only its digest."""
    from earshot_cli import api_keys  # boto3 takes half a second to import

    print(api_keys.create(name, deployment.outputs(stack, data_dir)["TableName"]))


@model_commands.command("add")
def model_add(
    model: Annotated[
        str,
        typer.Argument(metavar="NAME|FOLDER|owner/repo", help="large-v3-turbo, say; a folder; a repo of the hub."),
    ],
    stack: Stack = None,
    name: Annotated[str | None, typer.Option("--name", help="What callers call it. Else what it is called.")] = None,
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Put a Whisper model for CTranslate2 into a deployment, which holds it once this is done."""
    from earshot_cli import model_upload

    try:
        added = model_upload.add(model, name, deployment.outputs(stack, data_dir)["ModelsBucket"])
    except KeyboardInterrupt:
        raise Problem("Interrupted. The deployment does not hold the model.", Status.INTERRUPTED) from None
    print(f"The deployment holds {added.name}: /v1/listen?model=whisper-{added.name}")


@model_commands.command("list")
def model_list(stack: Stack = None, data_dir: DataDir = DATA_DIR) -> None:
    """List the models that a deployment holds."""
    from earshot_cli import model_upload

    job_tables.out.print(model_upload.table(deployment.outputs(stack, data_dir)["ModelsBucket"]))
