"""Commands and options of `earshot`."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated

import typer

from earshot_cli import __version__, console
from earshot_cli.aws.deployed_stack import DATA_DIR
from earshot_cli.commands import admin, deployment, doctor, events, jobs, logs, page, share, transcribe
from earshot_cli.commands.admin import DataDir
from earshot_cli.commands.connection_options import PORT
from earshot_cli.console import stderr, write
from earshot_cli.errors import CliError, Status
from earshot_cli.help_text import name_values_without_types, say_mistakes_plainly

AWS_PORT = 4566  # of the local cloud; the usual port of AWS emulators

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}  # of what the output is written to

AUDIO, JOBS, DEPLOYMENT = "Transcribe", "Jobs", "Deployments"  # panels of the help

name_values_without_types()
say_mistakes_plainly()
app = typer.Typer(
    epilog="Exit status: 0 success · 1 a job failed or a request was rejected · 2 wrong command line · "
    "3 no Earshot answers at the address · 130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(requested: bool) -> None:
    if requested:
        write(f"earshot {__version__}")
        raise typer.Exit


@app.callback()
def earshot(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Hosted Whisper in your own AWS account, or on this machine."""


@app.command(rich_help_panel=AUDIO)
def up(
    port: Annotated[int, typer.Option("--port", metavar="NUMBER", min=0, max=65535, help="Port of the API.")] = PORT,
    aws_port: Annotated[
        int, typer.Option("--aws-port", metavar="NUMBER", min=0, max=65535, help="Port of the AWS services.")
    ] = AWS_PORT,
    data_dir: DataDir = DATA_DIR,
    allow_private_urls: Annotated[
        bool, typer.Option("--allow-private-urls", help="Also fetch audio from addresses that are not public.")
    ] = False,
    require_key: Annotated[bool, typer.Option("--require-key", help="Reject requests without an API key.")] = False,
    no_sample: Annotated[bool, typer.Option("--no-sample", help="Do not transcribe the sample first.")] = False,
) -> None:
    """Run the whole deployment on this machine until Ctrl-C: no AWS account, no Docker."""
    from earshot_cli.local.up import up as serve

    raise typer.Exit(
        serve(
            port,
            aws_port,
            data_dir,
            allow_private_urls=allow_private_urls,
            require_key=require_key,
            sample=not no_sample,
        )
    )


COMMANDS: dict[str, list[Callable[..., None]]] = {
    AUDIO: [transcribe.transcribe, transcribe.upload],
    JOBS: [
        jobs.jobs,
        jobs.show,
        jobs.cancel,
        jobs.delete,
        jobs.retry,
        jobs.redeliver,
        events.events,
        share.share,
        logs.logs,
    ],
    DEPLOYMENT: [
        doctor.doctor,
        deployment.deploy,
        deployment.upgrade,
        deployment.cost,
        deployment.destroy,
    ],
}
for panel, commands in COMMANDS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)
app.command("open", rich_help_panel=AUDIO)(page.open_page)
app.add_typer(admin.key_commands, name="key", rich_help_panel=DEPLOYMENT)
app.add_typer(admin.model_commands, name="model", rich_help_panel=DEPLOYMENT)
app.command(
    rich_help_panel=DEPLOYMENT,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
)(deployment.cdk)


def run() -> None:
    """Run the command: a CliError is printed to stderr and becomes the exit status."""
    try:
        app()
    except CliError as error:
        stderr.print(f"earshot: {error.message}", markup=False)
        sys.exit(error.status)
    except OSError as error:
        if error.errno not in FULL:
            raise
        with suppress(OSError):
            stderr.print(f"earshot: The output cannot be written: {error.strerror}.", markup=False)
        console.drop_output()
        sys.exit(Status.FAILED)
