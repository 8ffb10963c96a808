"""Errors of the command: a message for people and an exit status for scripts."""

from __future__ import annotations

from enum import IntEnum

from earshot_contract.credentials.url_credentials import without_credentials


class Status(IntEnum):
    """Exit statuses; README and `earshot --help` list them."""

    OK = 0
    FAILED = 1  # a job failed, or the service rejected the request
    USAGE = 2  # wrong command line, or a file that cannot be read
    UNREACHABLE = 3  # no answer from the address, or an answer that is not Earshot's
    INTERRUPTED = 130  # Ctrl-C: 128 + SIGINT


class CliError(Exception):
    """An error that ends the command, or one of its sources.

    Args:
        message: printed to stderr, without the users and passwords of the URLs in it.
        status: exit status of the command.
        ends_all: whether a command over many jobs or files stops, since all of them would end so.
    """

    def __init__(self, message: str, status: Status = Status.FAILED, *, ends_all: bool = False) -> None:
        self.message = without_credentials(message)
        super().__init__(self.message)
        self.status = status
        self.ends_all = ends_all or status is Status.UNREACHABLE
