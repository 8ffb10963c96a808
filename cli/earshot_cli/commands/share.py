"""`earshot share`: links that read one transcript without a key."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from earshot_cli.api.client import ApiClient
from earshot_cli.commands.connection_options import LOCAL_URL, Key, Url, run_async
from earshot_cli.commands.jobs import JobId
from earshot_cli.console import stderr, write
from earshot_cli.errors import CliError, Status
from earshot_cli.times import local_minute
from earshot_contract.credentials.url_credentials import without_credentials


def share(
    job_id: JobId,
    url: Url = LOCAL_URL,
    key: Key = None,
    days: Annotated[
        int | None, typer.Option("--days", metavar="NUMBER", min=1, help="How long the link lasts.", show_default="7")
    ] = None,
    words_only: Annotated[bool, typer.Option("--words-only", help="The link does not lead to the audio.")] = False,
    list_links: Annotated[bool, typer.Option("--list", help="List the links instead; none shows its secret.")] = False,
    withdraw: Annotated[
        str | None, typer.Option("--withdraw", metavar="LINK", help="End this link now, by its name in --list.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what the API answers.")] = False,
) -> None:
    """Make a link that reads one transcript without a key."""
    if (days is not None or words_only) + list_links + bool(withdraw) > 1:
        raise CliError("Make a link, --list them or --withdraw one: one at a time.", Status.USAGE)

    async def call() -> dict[str, Any]:
        async with ApiClient(url, key) as api:
            if withdraw:
                return await api.withdraw_share(job_id, withdraw)
            return await (api.shares(job_id) if list_links else api.create_share(job_id, days, not words_only))

    answer = run_async(call())
    if as_json:
        write(json.dumps(answer, ensure_ascii=False))
    elif withdraw:
        stderr.print(f"Withdrawn: {withdraw} opens nothing any more.", markup=False)
    elif list_links:
        for each in answer["shares"]:
            write(f"{each['share_id']}  {_described(each)}")
        if not answer["shares"]:
            stderr.print("No links. `earshot share ID` makes one.")
    else:
        write(without_credentials(f"{ApiClient(url).url}{answer['link']}"))
        stderr.print(
            f"Link {answer['share_id']}: {_described(answer)}. Copy the link now: it is not shown again.", markup=False
        )


def _described(link: dict[str, Any]) -> str:
    """Return until when a link works, and what it leads to."""
    return f"until {local_minute(link['expires'])}, {'words and audio' if link['audio'] else 'words alone'}"
