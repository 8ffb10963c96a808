"""A line on the terminal of `earshot up` for each job that has ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from earshot_cli.aws.event_feed import PREFIX, queue_on_bus, received
from earshot_cli.commands.events import event_line
from earshot_cli.console import stdout

# The local cloud keeps its state and does not wait for this thread: the next start takes its rule and queue.
NAME = f"{PREFIX}up"
_QUEUED = "Transcription Queued"


def print_ended_jobs(client: Callable[[str], Any], bus: str) -> None:
    """Print a line for each job that ends from now on, until the emulator ends; returns at once."""
    threading.Thread(target=_follow, args=(client, bus), daemon=True, name="ended jobs").start()


def _follow(client: Callable[[str], Any], bus: str) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        with queue_on_bus(client, bus, NAME) as url:
            for event in received(client, url, wait=1):
                if event["detail-type"] != _QUEUED:
                    stdout.print(event_line(event))
    except (BotoCoreError, ClientError):  # the emulator has ended, and says so itself
        return
