"""`earshot key` and `earshot model`: commands that use a deployment's table and buckets directly, not its API."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from earshot_cli import api_keys, deployment, model_bucket, model_upload
from earshot_cli.console import stdout
from earshot_cli.deployment import DATA_DIR
from earshot_cli.errors import CliError, Status
from earshot_contract.manifest import SPEAKERS

DataDir = Annotated[Path, typer.Option("--data-dir", help="Folder of the local cloud's data.")]
Stack = Annotated[
    str | None, typer.Option("--stack", help="A stack in AWS, for example Earshot. Default: the local cloud.")
]

key_commands = typer.Typer(help="Manage API keys.", no_args_is_help=True)
model_commands = typer.Typer(help="Manage the models of a deployment.", no_args_is_help=True)


@key_commands.command("create")
def key_create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A label for people, for example who uses the key.")],
    stack: Stack = None,
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Create an API key and print it once: the deployment stores only its SHA-256."""
    print(api_keys.create(name, deployment.outputs(stack, data_dir)["TableName"]))


@model_commands.command("add")
def model_add(
    model: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FOLDER|owner/repo",
            help="A known name such as large-v3-turbo or speakers, a folder, or a repository of the Hugging Face Hub.",
        ),
    ],
    stack: Stack = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Name under which callers request it. Default: its own.")
    ] = None,
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Upload a Whisper model for CTranslate2, or the model that tells speakers apart, to a deployment."""
    try:
        added = model_upload.add(model, name, deployment.outputs(stack, data_dir)["ModelsBucket"])
    except KeyboardInterrupt:
        raise CliError("Interrupted. The deployment does not have the model.", Status.INTERRUPTED) from None
    query = "diarize=true" if added.family == SPEAKERS else f"model=whisper-{added.name}"
    print(f"The deployment has the model {added.name}: /v1/listen?{query}")


@model_commands.command("list")
def model_list(stack: Stack = None, data_dir: DataDir = DATA_DIR) -> None:
    """List the models of a deployment; for those it cannot use, the reason."""
    stdout.print(model_bucket.models_table(deployment.outputs(stack, data_dir)["ModelsBucket"]))
