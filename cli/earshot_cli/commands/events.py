"""`earshot events`: what happens in a deployment, as it happens."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.text import Text

from earshot_cli.api.answers import plain
from earshot_cli.aws import deployed_stack
from earshot_cli.aws.clients import aws_errors, client
from earshot_cli.aws.deployed_stack import DATA_DIR
from earshot_cli.aws.event_feed import queue_on_bus, received
from earshot_cli.commands.admin import DataDir, Stack
from earshot_cli.commands.job_tables import SHORT_ID_WIDTH, STATE_COLOURS
from earshot_cli.console import stderr, stdout, write
from earshot_cli.errors import Status
from earshot_cli.times import duration


def events(
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C. The default: a bus keeps no past events.")
    ] = True,
    stack: Stack = None,
    data_dir: DataDir = DATA_DIR,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document a line: the whole event.")] = False,
) -> None:
    """Print the events of jobs as they happen, until Ctrl-C.

    Until then the deployment's bus has a rule and a queue for it; both are removed at the end.
    """
    outputs = deployed_stack.outputs(stack, data_dir)
    try:
        with aws_errors("The events cannot be followed"), queue_on_bus(client, outputs["BusName"]) as url:
            stderr.print(f"Waiting for events of {stack or 'the local cloud'}. Ctrl-C ends.", markup=False)
            for event in received(client, url):
                if as_json:
                    write(json.dumps(event, ensure_ascii=False))
                else:
                    stdout.print(event_line(event))
    except KeyboardInterrupt:
        stderr.print("Removed the rule and the queue.")
        raise typer.Exit(Status.INTERRUPTED) from None


def event_line(event: dict[str, Any]) -> Text:
    """Return an event as one line: time, what happened, the start of the job's id, its name, and what is known."""
    detail = event["detail"]
    kind = event["detail-type"].removeprefix("Transcription ").lower()
    moment = datetime.fromisoformat(event["time"]).astimezone()
    source = detail.get("source", {})
    name = detail.get("name") or source.get("key") or source.get("url") or "request"
    line = Text(f"{moment:%H:%M:%S}  ").append(f"{kind:<9}", style=STATE_COLOURS.get(kind, ""))
    line.append(f"  {detail['job_id'][:SHORT_ID_WIDTH]}  {' '.join(name.split())}")
    facts = [duration(detail.get("duration")), detail.get("language"), detail.get("model")]
    facts += [f"try {detail['attempt']}"] if detail.get("attempt") else []
    if "completed" in detail:
        ran = datetime.fromisoformat(detail["completed"]) - datetime.fromisoformat(detail["created"])
        facts.append(f"after {duration(ran.total_seconds())}")
    line.append("  " + ", ".join(fact for fact in facts if fact) if any(facts) else "", style="dim")
    if error := detail.get("error"):
        line.append(f"  {plain(error['err_msg'])}", style="red")
    return line
