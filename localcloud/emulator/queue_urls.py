"""URLs of queues after a start on another port."""

from __future__ import annotations

from urllib.parse import urlsplit


def keep_port_of_queues() -> None:
    """Let ministack's SQS name every queue by the port that the stored queues have.

    ministack finds a queue by its URL, in which its own port stands. Started on another port it finds none of those
    that it stored by their ARN: no message reaches a function. Requests are answered with the port that they came to.
    """
    from ministack.services import sqs

    for queue in sqs._queues.all_values():
        address = urlsplit(queue["url"])
        sqs.DEFAULT_PORT, sqs._CANONICAL_NETLOC = str(address.port), address.netloc
        return
