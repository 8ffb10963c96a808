"""Commands and options of `earshot`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from earshot_cli import __version__, admin_commands, deployment_commands, doctor_command, job_commands
from earshot_cli.admin_commands import DataDir
from earshot_cli.api_client import ApiClient, QueryParams
from earshot_cli.connection import LOCAL_URL, PORT, Key, Url, run_async
from earshot_cli.console import stderr, write
from earshot_cli.deployment import DATA_DIR
from earshot_cli.errors import CliError, Status
from earshot_cli.sources import parse_source
from earshot_cli.transcribe import Format, OutputWriter
from earshot_cli.transcribe import transcribe as transcribe_all

AWS_PORT = 4566  # of the local cloud; the usual port of AWS emulators

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


@app.command()
def up(
    port: Annotated[int, typer.Option("--port", help="Port of the API.")] = PORT,
    aws_port: Annotated[int, typer.Option("--aws-port", help="Port of the AWS services.")] = AWS_PORT,
    data_dir: DataDir = DATA_DIR,
    allow_private_urls: Annotated[
        bool, typer.Option("--allow-private-urls", help="Also fetch audio from addresses that are not public.")
    ] = False,
    require_key: Annotated[bool, typer.Option("--require-key", help="Reject requests without an API key.")] = False,
    no_sample: Annotated[bool, typer.Option("--no-sample", help="Do not transcribe the sample first.")] = False,
) -> None:
    """Run the whole deployment on this machine until Ctrl-C: no AWS account, no Docker."""
    from earshot_cli.up import up as serve

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


@app.command()
def transcribe(
    sources: Annotated[list[str], typer.Argument(metavar="FILE|URL|s3://…", help="Sources to transcribe.")],
    url: Url = LOCAL_URL,
    key: Key = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="Format of the results.")] = Format.TEXT,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Write files into this folder instead of to stdout."),
    ] = None,
    model: Annotated[str | None, typer.Option("--model", "-m", help="For example whisper-small.")] = None,
    language: Annotated[str | None, typer.Option("--language", "-l", help="For example de. Default: detected.")] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", "-O", metavar="NAME=VALUE", help="Any other option of /v1/listen; may be repeated."),
    ] = None,
) -> None:
    """Transcribe files, URLs and objects in the deployment's own buckets, several at once."""
    parsed = [parse_source(argument) for argument in sources]
    write = OutputWriter(parsed, format, out)
    options = _options(model, language, option or [])

    async def call() -> Status:
        async with ApiClient(url, key) as api:
            return await transcribe_all(api, parsed, options, format, write)

    raise typer.Exit(run_async(call()))


app.add_typer(job_commands.app)
app.add_typer(admin_commands.key_commands, name="key")
app.add_typer(admin_commands.model_commands, name="model")
app.command()(doctor_command.doctor)
app.command()(deployment_commands.deploy)
app.command()(deployment_commands.upgrade)
app.command()(deployment_commands.logs)
app.command()(deployment_commands.cost)
app.command()(deployment_commands.destroy)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})(
    deployment_commands.cdk
)


def run() -> None:
    """Run the command: a CliError is printed to stderr and becomes the exit status."""
    try:
        app()
    except CliError as error:
        stderr.print(f"earshot: {error.message}", markup=False)
        sys.exit(error.status)


def _options(model: str | None, language: str | None, options: list[str]) -> QueryParams:
    """Build the query: detect the language and format the text unless the options say otherwise."""
    pairs: QueryParams = []
    for option in options:
        name, equals, value = option.partition("=")
        if not name or not equals:
            raise CliError(f"--option {option}: write NAME=VALUE, for example --option numerals=true.", Status.USAGE)
        pairs.append((name, value))
    if model:
        pairs.append(("model", model))
    if language:
        pairs.append(("language", language))
    named = {name for name, _ in pairs}
    if not named & {"language", "detect_language"}:
        pairs.append(("detect_language", "true"))
    if not named & {"smart_format", "punctuate", "paragraphs"}:
        pairs.append(("smart_format", "true"))
    return pairs


if __name__ == "__main__":
    run()
