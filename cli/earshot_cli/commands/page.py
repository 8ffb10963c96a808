"""`earshot open`: the web page of a deployment, in the browser."""

from __future__ import annotations

import webbrowser
from typing import Annotated

import typer

from earshot_cli.api.client import ApiClient
from earshot_cli.commands.connection_options import LOCAL_URL, Key, Url, run_async
from earshot_cli.console import stderr, write
from earshot_contract.credentials.url_credentials import without_credentials


def open_page(
    job_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="A job's id, or its first 6 characters or more. Default: all.")
    ] = None,
    url: Url = LOCAL_URL,
    key: Key = None,
) -> None:
    """Open the web page of the deployment, or of one job, in the browser, and print its address."""

    async def whole_id() -> str:
        async with ApiClient(url, key) as api:
            return str((await api.job(job_id))["request_id"]) if job_id is not None else ""

    found = run_async(whole_id()) if job_id is not None else ""
    address = f"{ApiClient(url).url}/v1/" + (f"#/jobs/{found}" if found else "")
    write(without_credentials(address))
    if not webbrowser.open(address):
        stderr.print("There is no browser here: open the address elsewhere.")
