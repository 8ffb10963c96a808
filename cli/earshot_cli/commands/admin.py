"""`earshot key` and `earshot model`: commands that use a deployment's table and buckets directly, not its API."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from earshot_cli.aws import api_keys, deployed_stack, webhook_secrets
from earshot_cli.aws.deployed_stack import DATA_DIR
from earshot_cli.console import stderr, stdout, write
from earshot_cli.errors import CliError, Status
from earshot_cli.models import bucket as model_bucket
from earshot_cli.models import upload as model_upload
from earshot_cli.times import parse_time
from earshot_contract.credentials.api_keys import DEPLOYMENT_OWNER, PUBLIC_OWNER, Scope, key_id
from earshot_contract.documents.manifest import SPEAKERS

DataDir = Annotated[Path, typer.Option("--data-dir", metavar="PATH", help="Folder of the local cloud's data.")]
Stack = Annotated[
    str | None,
    typer.Option("--stack", metavar="STACK", help="A stack in AWS, for example Earshot. Default: the local cloud."),
]

key_commands = typer.Typer(help="Manage API keys.", no_args_is_help=True)
model_commands = typer.Typer(help="Manage the models of a deployment.", no_args_is_help=True)


@key_commands.command("create")
def key_create(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A label for people, for example who uses the key.")
    ] = None,
    name_option: Annotated[str | None, typer.Option("--name", metavar="NAME", help="The same, as an option.")] = None,
    scope: Annotated[
        Scope,
        typer.Option(
            "--scope", help="read: list and read its own jobs. write: transcribe, too. admin: the jobs of all keys."
        ),
    ] = Scope.WRITE,
    expires: Annotated[
        str | None,
        typer.Option("--expires", metavar="TIME", help="When it ends: 30d, or 2026-12-31. Default: never."),
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option(
            "--owner",
            metavar="ID",
            help="Id of a key whose jobs it sees, to take its place; `deployment`: those of the uploads bucket.",
        ),
    ] = None,
    webhook_secret: Annotated[
        bool,
        typer.Option("--webhook-secret", help="Sign the callbacks of its jobs; the secret is printed after the key."),
    ] = False,
    stack: Stack = None,
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Create an API key and print it once: the deployment stores only its SHA-256."""
    label = name_option or name
    if not label:
        raise CliError("Name the key: `earshot key create NAME`.", Status.USAGE)
    end = int(parse_time("--expires", expires, ahead=True).timestamp()) if expires else None
    if end is not None and end <= time.time():
        raise CliError(f"--expires {expires} is in the past.", Status.USAGE)
    table = deployed_stack.outputs(stack, data_dir)["TableName"]
    whose = owner if owner in (None, DEPLOYMENT_OWNER) else api_keys.owner_id(str(owner), api_keys.read_keys(table))
    key = api_keys.create(label, table, scope=scope, owner=whose, expires=end)
    write(key)
    if webhook_secret:
        write(webhook_secrets.add(whose or key_id(key), table))


@key_commands.command("secret")
def key_secret(
    owner: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="Id of a key, or its start; `deployment`: jobs of the uploads bucket; `public`: no key."
        ),
    ],
    remove_old: Annotated[bool, typer.Option("--remove-old", help="Remove all secrets but the newest.")] = False,
    remove_all: Annotated[
        bool, typer.Option("--remove-all", help="Remove all secrets: callbacks are not signed any more.")
    ] = False,
    stack: Stack = None,
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Create a secret that signs the callbacks of a key's jobs, and print it once.

    Secrets that exist stay, and sign too, until they are removed: so a receiver can change to the new one.
    """
    if remove_old and remove_all:
        raise CliError("--remove-old and --remove-all: choose one.", Status.USAGE)
    table = deployed_stack.outputs(stack, data_dir)["TableName"]
    fixed = owner in (DEPLOYMENT_OWNER, PUBLIC_OWNER)
    whose = owner if fixed else api_keys.owner_id(owner, api_keys.read_keys(table))
    if not remove_old and not remove_all:
        write(webhook_secrets.add(whose, table))
        return
    removed = webhook_secrets.remove(whose, table, keep_newest=remove_old)
    stderr.print(f"Removed {removed} {'secret' if removed == 1 else 'secrets'} of {whose}.", markup=False)


@key_commands.command("list")
def key_list(
    stack: Stack = None,
    data_dir: DataDir = DATA_DIR,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document a line.")] = False,
) -> None:
    """List the API keys: scope, first characters, last use. The time of the last use is exact to an hour."""
    keys = list(api_keys.read_keys(deployed_stack.outputs(stack, data_dir)["TableName"]).values())
    if as_json:
        for key in keys:
            write(json.dumps(api_keys.key_document(key), ensure_ascii=False))
    elif keys:
        stdout.print(api_keys.keys_table(keys, fit=stdout.bounded))
    else:
        stderr.print("No keys yet. `earshot key create NAME` makes one.")


@key_commands.command("revoke")
def key_revoke(
    key_ids: Annotated[
        list[str], typer.Argument(metavar="ID", help="Id of a key, as `earshot key list` shows it, or its start.")
    ],
    stack: Stack = None,
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Revoke API keys: the deployment refuses them from the next request on. Their jobs stay."""
    table = deployed_stack.outputs(stack, data_dir)["TableName"]
    for start in key_ids:
        key = api_keys.revoke(start, table)
        stderr.print(f"Revoked {key.id} ({key.name}).", markup=False)


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
        str | None,
        typer.Option("--name", metavar="NAME", help="Name under which callers request it. Default: its own."),
    ] = None,
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Upload a Whisper model for CTranslate2, or the model that tells speakers apart, to a deployment."""
    try:
        added = model_upload.add(model, name, deployed_stack.outputs(stack, data_dir)["ModelsBucket"])
    except KeyboardInterrupt:
        raise CliError("Interrupted. The deployment does not have the model.", Status.INTERRUPTED) from None
    query = "diarize=true" if added.family == SPEAKERS else f"model=whisper-{added.name}"
    write(f"The deployment has the model {added.name}: /v1/listen?{query}")


@model_commands.command("list")
def model_list(stack: Stack = None, data_dir: DataDir = DATA_DIR) -> None:
    """List the models of a deployment; for those it cannot use, the reason."""
    stdout.print(model_bucket.models_table(deployed_stack.outputs(stack, data_dir)["ModelsBucket"]))
