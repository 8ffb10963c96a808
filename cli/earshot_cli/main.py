"""The `earshot` command."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Coroutine
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from earshot_cli import admin_commands, job_tables
from earshot_cli.admin_commands import DATA_DIR, DataDir
from earshot_cli.api_client import Api, Pairs
from earshot_cli.errors import Problem, Status
from earshot_cli.sources import source
from earshot_cli.transcribe import Delivery, Format, complaints
from earshot_cli.transcribe import transcribe as transcribe_all

PORT, AWS_PORT = 8123, 4566
OVER = ("completed", "failed", "cancelled")
T = TypeVar("T")

app = typer.Typer(
    epilog="Exit status: 0 all went well · 1 a job failed or was refused · 2 the command line makes no sense · "
    "3 nobody answers at the address · 130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(admin_commands.key_commands, name="key")
app.add_typer(admin_commands.model_commands, name="model")

Url = Annotated[str, typer.Option("--url", envvar="EARSHOT_URL", help="The deployment's address.")]
Key = Annotated[str | None, typer.Option("--key", envvar="EARSHOT_KEY", help="An API key, where one is wanted.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="A job's id, as `earshot jobs` shows it.")]
HERE = f"http://127.0.0.1:{PORT}"


def _version(wanted: bool) -> None:
    if wanted:
        print(f"earshot {metadata.version('earshot')}")
        raise typer.Exit


@app.callback()
def earshot(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Whisper in your own cloud: audio in, words out."""


@app.command()
def up(
    port: Annotated[int, typer.Option("--port", help="Where the API listens.")] = PORT,
    aws_port: Annotated[int, typer.Option("--aws-port", help="Where the AWS services listen.")] = AWS_PORT,
    data_dir: DataDir = DATA_DIR,
    allow_private_urls: Annotated[
        bool, typer.Option("--allow-private-urls", help="Fetch audio from addresses that are not public, too.")
    ] = False,
    require_key: Annotated[bool, typer.Option("--require-key", help="Let nobody in without an API key.")] = False,
    no_sample: Annotated[bool, typer.Option("--no-sample", help="Do not transcribe the sample first.")] = False,
) -> None:
    """Run the whole deployment on this machine until Ctrl-C: no AWS account, no Docker."""
    from earshot_cli.up import up as serve  # the local cloud's packages take a second to import

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
    sources: Annotated[list[str], typer.Argument(metavar="FILE|URL|s3://…", help="What to transcribe.")],
    url: Url = HERE,
    key: Key = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="What to write.")] = Format.TEXT,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Write files here instead of stdout.")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", "-m", help="For example whisper-small.")] = None,
    language: Annotated[
        str | None, typer.Option("--language", "-l", help="For example de. Detected when left out.")
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", "-O", metavar="NAME=VALUE", help="Any other option of /v1/listen; may be repeated."),
    ] = None,
) -> None:
    """Transcribe files, URLs and objects of the deployment's own buckets, several at once."""
    given = [source(each) for each in sources]
    deliver = Delivery(given, format, out)
    options = _options(model, language, option or [])

    async def work() -> Status:
        async with Api(url, key) as api:
            return await transcribe_all(api, given, options, format, deliver)

    raise typer.Exit(_wait(work()))


@app.command()
def jobs(
    url: Url = HERE,
    key: Key = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="How many.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document a line, as the API gives it.")] = False,
) -> None:
    """List jobs, the newest first."""

    async def work() -> list[dict[str, Any]]:
        async with Api(url, key) as api:
            return await api.jobs(limit)

    found = _wait(work())
    if as_json:
        for job in found:
            print(json.dumps(job, ensure_ascii=False))
    elif found:
        job_tables.out.print(job_tables.table(found))
    else:
        complaints.print("No jobs yet. `earshot transcribe FILE` makes one.")


@app.command()
def show(
    job_id: Id,
    url: Url = HERE,
    key: Key = None,
    format: Annotated[Format | None, typer.Option("--format", "-f", help="Only the result, in this format.")] = None,
) -> None:
    """Show what is known of a job, and what it says."""

    async def work() -> None:
        async with Api(url, key) as api:
            job = await api.job(job_id)
            if format and job["state"] != "completed":
                raise Problem(
                    f"The job is {job['state']}: there is no result to show. `earshot show {job_id}` says more."
                )
            if not format:
                job_tables.out.print(job_tables.facts(job))
            if job["state"] == "completed":
                text = (await api.result(job_id, (format or Format.TEXT).form)).rstrip("\n")
                print(text if format else f"\n{text}")

    _wait(work())


@app.command()
def cancel(job_id: Id, url: Url = HERE, key: Key = None) -> None:
    """Cancel a job that waits or runs. One that is over stays as it is."""

    async def work() -> None:
        async with Api(url, key) as api:
            state = (await api.job(job_id))["state"]
            if state in OVER:
                raise Problem(f"The job is {state} already: there is nothing to cancel.")
            await api.forget(job_id)

    _wait(work())
    complaints.print(f"Cancelled {job_id}.")


def run() -> None:
    """Entry point: a Problem becomes its sentence on stderr and its exit status."""
    try:
        app()
    except Problem as problem:
        complaints.print(f"earshot: {problem.sentence}", markup=False)
        sys.exit(problem.status)


def _options(model: str | None, language: str | None, options: list[str]) -> Pairs:
    """Formatted text in whatever language is spoken, unless the caller says otherwise."""
    pairs: Pairs = []
    for option in options:
        name, equals, value = option.partition("=")
        if not name or not equals:
            raise Problem(f"--option {option}: write NAME=VALUE, for example --option numerals=true.", Status.USAGE)
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


def _wait(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise Problem("Interrupted.", Status.INTERRUPTED) from None


if __name__ == "__main__":
    run()
