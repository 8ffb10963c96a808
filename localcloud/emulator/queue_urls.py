"""URLs of queues after a start on another port."""

from __future__ import annotations

from urllib.parse import urlsplit


def keep_port_of_queues() -> None:
    """Let ministack's SQS name every queue by the port that the stored queues have.

    ministack finds a queue by its URL, which contains its own port. Started on another port, it does not find the
    queues that it stored, and no message reaches a function. Answers name the port that the request came to.
    """
    from ministack.services import sqs

    for queue in sqs._queues.all_values():
        address = urlsplit(queue["url"])
        sqs.DEFAULT_PORT, sqs._CANONICAL_NETLOC = str(address.port), address.netloc
        return
