"""POST /v1/uploads: a place to put audio that does not fit into a request."""

from __future__ import annotations

import uuid

from events.shards import Pointer
from functions.layout import body_key
from functions.listen.replies import Reply, json_reply
from functions.listen.requests import Request
from functions.settings import settings
from functions.stores import objects

LENT_SECONDS = 3600


def lend(request: Request) -> Reply:
    """`PUT` the file to `put`, then send `{"url": url}` to /v1/listen."""
    place = Pointer(settings().transcripts_bucket, body_key(str(uuid.uuid4())))
    return json_reply(
        {
            "put": objects.presigned_put(place, LENT_SECONDS),
            "url": f"s3://{place.bucket}/{place.key}",
            "expires_in": LENT_SECONDS,
        }
    )
