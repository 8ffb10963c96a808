"""Ports of the local cloud, all on the loopback interface."""

from __future__ import annotations

import socket
from contextlib import ExitStack, suppress

HOST = "127.0.0.1"
_NEXT_PORTS = 20  # after a taken one, of which a free one is suggested
_LAST_PORT = 65535


class PortTaken(Exception):
    """Other programs listen on requested ports.

    Attributes:
        options: the requested ports that are free, and for each that is taken another, as options of `earshot up`.
    """

    def __init__(self, message: str, options: str) -> None:
        super().__init__(message)
        self.options = options


def choose_ports(requested: dict[str, int]) -> list[int]:
    """Return a port for each option, no two the same.

    Args:
        requested: option's name → port; 0 for any free one.

    Raises:
        PortTaken: a requested port is not free; the message names every such port, and why.
    """
    with ExitStack() as stack:
        chosen, reasons = {}, []
        for option, port in requested.items():
            try:
                listener = bind(port)
            except OSError as error:
                reasons.append(f"Port {port} of {HOST} is taken ({error.strerror}).")
                listener = _bind_after(port)
            chosen[option] = stack.enter_context(listener).getsockname()[1]
    if reasons:
        raise PortTaken(" ".join(reasons), " ".join(f"--{option} {port}" for option, port in chosen.items()))
    return list(chosen.values())


def bind(port: int) -> socket.socket:
    """Return a socket bound to the port; 0 for any free one.

    Raises:
        OSError: the port is not free.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    return listener


def _bind_after(taken: int) -> socket.socket:
    """Return a socket bound to one of the ports that follow, or to any."""
    for port in range(taken + 1, min(taken + _NEXT_PORTS, _LAST_PORT) + 1):
        with suppress(OSError):
            return bind(port)
    return bind(0)
