"""Ports of the local cloud, all on the loopback interface."""

from __future__ import annotations

import socket
from contextlib import ExitStack

HOST = "127.0.0.1"


class PortTaken(Exception):
    """Another program listens on the port."""


def choose_ports(requested: dict[str, int]) -> list[int]:
    """Return a port for each option, no two the same.

    Args:
        requested: option's name → port; 0 for any free one.

    Raises:
        PortTaken: a requested port is not free; the message names the option that chooses another.
    """
    with ExitStack() as stack:
        return [stack.enter_context(bind(port, option)).getsockname()[1] for option, port in requested.items()]


def bind(port: int, option: str) -> socket.socket:
    """Return a socket bound to the port.

    Args:
        port: 0 for any free one.
        option: name of the option, for the message.

    Raises:
        PortTaken: the port is not free.
    """
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
