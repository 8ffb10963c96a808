"""Which ports to serve on, all of them on the loopback interface."""

from __future__ import annotations

import socket

HOST = "127.0.0.1"


class PortTaken(Exception):
    """Somebody else listens there."""


def free(port: int, name: str) -> int:
    """The port itself when it is free, any free one for 0.

    Raises:
        PortTaken: it is not; the message says how to choose another.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            raise PortTaken(
                f"Port {port} of {HOST} is taken ({error.strerror}). Stop what listens there, or choose another "
                f"with --{name}."
            ) from error
        return int(listener.getsockname()[1])
