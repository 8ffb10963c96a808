"""How a command ends when it does not end well: a sentence for people, a status for scripts."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """Exit statuses; README and `earshot --help` list them."""

    OK = 0
    FAILED = 1  # a job failed, or the service refused what was asked
    USAGE = 2  # the command line makes no sense, or a file is not there
    UNREACHABLE = 3  # nobody answers at the address, or what answers is not Earshot
    INTERRUPTED = 130  # Ctrl-C


class Problem(Exception):
    """Ends the command, or one of its sources: `sentence` goes to stderr, `status` to the shell."""

    def __init__(self, sentence: str, status: Status = Status.FAILED) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status
