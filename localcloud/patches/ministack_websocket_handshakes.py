"""ministack: a WebSocket handshake that is not whole is answered as any other.

Why: hypercorn, its server, answers one without a key, or of another version, with 400 and no body. A proxy that drops
    `Sec-WebSocket-Key`, and a person who tries `curl -H 'Upgrade: websocket'`, would not read that there is no
    streaming. No handshake is accepted here, so none needs to be valid.
Upstream: none filed.
Remove when: the answer says what is missing.
Test: tests/localcloud/patches/test_ministack_http.py::test_handshake_without_key_without_patch_gets_no_body
"""

from __future__ import annotations

from typing import Any

from localcloud.patches.registry import Patch, Runtime, patch

IS_VALID = "hypercorn.protocol.ws_stream:Handshake.is_valid"


def apply(runtime: Runtime) -> None:
    """Replace the method that tells whether a handshake may be handed on to the application."""
    patch(IS_VALID, _is_valid)


def _is_valid(self: Any) -> bool:
    """Return True: the application refuses every handshake with a sentence."""
    return True


PATCH = Patch(
    name="ministack-websocket-handshakes",
    needed_for="behaviour",
    points={IS_VALID: "fa339f39b4dc32d5"},
    apply=apply,
)
