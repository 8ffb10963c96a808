"""POST /v1/uploads: a presigned URL for audio that does not fit into a request."""

from __future__ import annotations

import uuid

from earshot_contract.keys import body_key
from earshot_contract.shards import S3Object
from functions.aws import s3
from functions.handlers.api.request import Request
from functions.handlers.api.response import Response, json_response
from functions.settings import settings

PRESIGNED_URL_SECONDS = 3600


def create_upload(_: Request) -> Response:
    """Return two URLs: the client PUTs its file to `put`, then sends `{"url": url}` to /v1/listen."""
    location = S3Object(settings().transcripts_bucket, body_key(str(uuid.uuid4())))
    return json_response(
        {
            "put": s3.presigned_put(location, PRESIGNED_URL_SECONDS),
            "url": f"s3://{location.bucket}/{location.key}",
            "expires_in": PRESIGNED_URL_SECONDS,
        }
    )
