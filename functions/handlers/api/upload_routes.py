"""POST /v1/uploads: a place to put audio that does not fit into a request."""

from __future__ import annotations

import uuid

from earshot_contract.keys import body_key
from earshot_contract.shards import S3Object
from functions.aws import s3
from functions.handlers.api.request import Request
from functions.handlers.api.response import Reply, json_reply
from functions.settings import settings

LENT_SECONDS = 3600


def lend(request: Request) -> Reply:
    """`PUT` the file to `put`, then send `{"url": url}` to /v1/listen."""
    place = S3Object(settings().transcripts_bucket, body_key(str(uuid.uuid4())))
    return json_reply(
        {
            "put": s3.presigned_put(place, LENT_SECONDS),
            "url": f"s3://{place.bucket}/{place.key}",
            "expires_in": LENT_SECONDS,
        }
    )
