"""Which ports to serve on, all of them on the loopback interface."""

from __future__ import annotations

import socket
from contextlib import ExitStack

HOST = "127.0.0.1"


class PortTaken(Exception):
    """Somebody else listens there."""


def choose_ports(requested: dict[str, int]) -> list[int]:
    """A port for each option: the wanted one, or for 0 any free one; no two the same.

    Args:
        wanted: by the option's name, for the message.

    Raises:
        PortTaken: a wanted one is not free; the message says how to choose another.
    """
    with ExitStack() as stack:
        return [stack.enter_context(bind(port, option)).getsockname()[1] for option, port in requested.items()]


def bind(port: int, option: str) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise PortTaken(
            f"Port {port} of {HOST} is taken ({error.strerror}). Stop what listens there, or choose another "
            f"with --{option}."
        ) from error
    return listener
