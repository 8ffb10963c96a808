"""`earshot transcribe` and `earshot upload`: commands that send audio."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from earshot_cli.api.client import ApiClient, QueryParams
from earshot_cli.commands.connection_options import LOCAL_URL, Key, Url, run_async
from earshot_cli.console import one_line, stderr, write
from earshot_cli.errors import CliError, Status
from earshot_cli.transcription.formats import Format, parse_formats
from earshot_cli.transcription.result_files import Task, plan_files
from earshot_cli.transcription.run_display import show_run
from earshot_cli.transcription.run_progress import RunProgress, SourceProgress
from earshot_cli.transcription.run_report import RunReport
from earshot_cli.transcription.sources import Source, find_sources, is_folder, local_path, remove_copies
from earshot_cli.transcription.transcribe import transcribe as transcribe_all

DEFAULT_JOBS, MAX_JOBS = 16, 100  # sources in progress at a time


def transcribe(
    sources: Annotated[
        list[str], typer.Argument(metavar="FILE|FOLDER|URL|s3://…|-", help="What to transcribe; - is standard input.")
    ],
    format: Annotated[
        list[str] | None,
        typer.Option("--format", "-f", metavar="|".join(Format), help="Several: srt,json. Default: text."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Write files into this folder.")
    ] = None,
    next_to_source: Annotated[
        bool,
        typer.Option(
            "--beside", "-b", help="Write ep1.txt beside ep1.mp3: the default for folders and for several formats."
        ),
    ] = False,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Leave out sources whose files are there already.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that stand beside sources.")] = False,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Take the files of a folder's subfolders, too.")
    ] = False,
    extension: Annotated[
        list[str] | None,
        typer.Option("--extension", "-x", metavar="EXT", help="Take only these files of a folder: mp3,wav."),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="MODEL", help="For example whisper-small.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", "-l", metavar="CODE", help="For example de. Default: detected.")
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", "-O", metavar="NAME=VALUE", help="Any other option of /v1/listen; may be repeated."),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", "-j", metavar="NUMBER", min=1, max=MAX_JOBS, help="Sources in progress at the same time."
        ),
    ] = DEFAULT_JOBS,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document a source: job, state, files, warnings, error.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary; errors only.")] = False,
    url: Url = LOCAL_URL,
    key: Key = None,
) -> None:
    """Transcribe files, folders, URLs and objects in the deployment's own buckets, many at once."""
    formats, query = parse_formats(format or []), build_query(model, language, option or [])
    found = find_sources(sources, recursive=recursive, extensions=extension or [])
    try:
        has_folder = any(map(is_folder, sources))
        several_to_stdout = len(formats) > 1 and not as_json
        out = local_path(str(out)) if out else None  # shells do not expand `--out=~/texts`
        to_files = out is not None or next_to_source or has_folder or several_to_stdout or skip_existing or overwrite
        if to_files:
            tasks = plan_files(found, formats, out, skip_existing=skip_existing, overwrite=overwrite)
        else:
            tasks = [Task(source, formats) for source in found]
        raise typer.Exit(
            _run(
                ApiClient(url, key),
                found,
                tasks,
                query,
                jobs,
                RunReport(len(found), formats, as_json=as_json, to_files=to_files, quiet=quiet),
                quiet=quiet,
            )
        )
    finally:
        remove_copies(found)


def _run(
    api: ApiClient,
    found: list[Source],
    tasks: list[Task],
    query: QueryParams,
    jobs: int,
    report: RunReport,
    *,
    quiet: bool,
) -> Status:
    """Transcribe the remaining tasks, with a display during the run and a summary after it, also after Ctrl-C."""
    run = RunProgress(len(tasks), skipped=len(found) - len(tasks))

    async def call() -> Status:
        async with api:
            return await transcribe_all(api, tasks, query, jobs, run, report)

    try:
        with show_run(run, stderr, quiet=quiet):
            return run_async(call())
    finally:
        report.print_summary(run)


def upload(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Files to upload; - is standard input.")],
    url: Url = LOCAL_URL,
    key: Key = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Upload files without transcribing them, and print the s3:// address of each, which `transcribe` takes."""
    found = find_sources(files)
    if named := next((source.title for source in found if not source.path), None):
        raise CliError(f"{named} is no file. `earshot transcribe {named}` needs no upload.", Status.USAGE)
    run = RunProgress(len(found))

    async def call() -> Status:
        worst = Status.OK
        async with ApiClient(url, key) as api:
            for source in found:
                assert source.path is not None
                seen = run.add(source.name)
                error = await _uploaded(api, source.path, seen)
                run.end(seen, failed=error is not None)
                if error:
                    stderr.print(f"{one_line(source.title)}: {error.message}", markup=False)
                    worst = max(worst, error.status)
                    if error.ends_all:
                        break
        return worst

    try:
        with show_run(run, stderr, quiet=quiet):
            status = run_async(call())
    finally:
        remove_copies(found)
    raise typer.Exit(status)


async def _uploaded(api: ApiClient, path: Path, seen: SourceProgress) -> CliError | None:
    """Upload a file and print its address; return the error if it fails."""
    try:
        seen.size, seen.state = path.stat().st_size, "sending"
        write(await api.upload(path, seen.add_sent))
    except CliError as error:
        return error
    except OSError as error:  # the file could be read when the command began
        return CliError(f"The file cannot be read: {error.strerror}.")
    return None


def build_query(model: str | None, language: str | None, options: list[str]) -> QueryParams:
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
