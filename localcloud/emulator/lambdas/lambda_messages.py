"""Messages between the emulator and the environments of Lambda functions, on stream sockets.

A message is four bytes of length (big-endian) and that much JSON. `lambda_sandbox.py` loads this module by its path.
"""

from __future__ import annotations

import json
import socket
import struct
from typing import Any


def read_message(stream: socket.socket) -> Any | None:
    """Return the next message, or None if the other end is closed."""
    header = read_exactly(stream, 4)
    if header is None:
        return None
    body = read_exactly(stream, struct.unpack(">I", header)[0])
    return None if body is None else json.loads(body)


def read_exactly(stream: socket.socket, size: int) -> bytes | None:
    """Return that many bytes, or None if the other end closes before."""
    received = bytearray()
    while len(received) < size:
        chunk = stream.recv(min(size - len(received), 1 << 20))
        if not chunk:
            return None
        received += chunk
    return bytes(received)


def write_message(stream: socket.socket, message: Any) -> None:
    """Send one message."""
    body = json.dumps(message).encode()
    stream.sendall(struct.pack(">I", len(body)) + body)


def has_closed(stream: socket.socket) -> bool:
    """Return whether the process at the other end is gone, and nothing that it sent is left to read."""
    try:
        return not stream.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True
