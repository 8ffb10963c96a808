"""Signatures of callbacks as Standard Webhooks says, so that a receiver knows who sent them, and when.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, symmetric signatures.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence

from earshot_contract.credentials.webhook_secrets import secret_key


def signature_headers(message_id: str, epoch: int, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """Return the three headers of a signed delivery; {} without a secret.

    Args:
        message_id: The same for each delivery of a message. It has no full stop, which separates the signed parts.
        epoch: Seconds, when this delivery is sent.
        body: As it is sent.
        secrets: Each gives one signature; a receiver that knows one of them accepts the delivery.
    """
    if not secrets:
        return {}
    signed = f"{message_id}.{epoch}.".encode() + body
    signatures = [base64.b64encode(hmac.digest(secret_key(secret), signed, "sha256")).decode() for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(epoch),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
