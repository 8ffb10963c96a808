"""Failure of a step: what the `Error` and `Cause` of a failed state mean for the caller."""

from __future__ import annotations

import json
from typing import Any

from earshot_contract.documents.shards import ShardError
from functions.errors import (
    API_ERROR_NAMES,
    Failure,
    SlowDownloadsBusy,
    api_error,
    bad_audio,
    bad_request,
    internal_error,
    remote_content_error,
    service_unavailable,
    too_large,
    unknown_model,
)

STOPPED = "Job.Stopped"  # `Error` of an execution that ended without its Fail step: aborted, or out of time


def failure_of_step(error: str, cause: str) -> Failure:
    """Return the caller's failure for the `Error` and `Cause` of a failed state.

    Five kinds of error arrive: an `ApiError` of a function (`Cause` is Lambda's JSON for an exception, with the text
    in `errorMessage`), a `ShardError` of a worker (`Cause` is a message), `SlowDownloadsBusy`, `STOPPED`, and any
    other, which becomes an internal error.
    """
    if error == STOPPED:
        return api_error("INTERNAL_SERVER_ERROR", "The job was stopped before its end. Send it again.", 500).failure
    if error == SlowDownloadsBusy.__name__:
        return service_unavailable(
            "The server sends slowly, and too many slow downloads ran for half an hour. Send the request again later."
        ).failure
    if error in API_ERROR_NAMES:
        return _failure_in_cause(cause)
    try:
        return failure_of_shard(ShardError(error), cause)
    except ValueError:
        return internal_error().failure


def log_fields(error: str, cause: str) -> dict[str, str]:
    """Return the fields of the log's line about a failed state, besides the caller's answer.

    An `ApiError` has none: its answer is its message. Lambda's JSON of another exception becomes its name and
    message, and a traceback in lines.
    """
    if error in API_ERROR_NAMES:
        return {}
    try:
        raised: dict[str, Any] = json.loads(cause)
        message = f"{raised.get('errorType', error)}: {raised['errorMessage']}"
        lines = "".join(raised.get("stackTrace") or ())
    except (ValueError, TypeError, KeyError, AttributeError):
        return {"cause": cause}
    return {"cause": message, **({"exception": lines} if lines else {})}


def failure_of_shard(error: ShardError, message: str) -> Failure:
    """Return the caller's failure for a worker's error and message."""
    match error:
        case ShardError.NOT_AUDIO | ShardError.EMPTY:
            return bad_audio(f"corrupt or unsupported data: {message}").failure
        case ShardError.NO_CHANNEL:
            return bad_audio(message).failure
        case ShardError.BAD_REFERENCE:
            return bad_request(f"Bad Request: {message}").failure
        case ShardError.MISSING:
            return remote_content_error(message).failure
        case ShardError.TOO_LONG:
            return too_large(message).failure
        case ShardError.UNKNOWN_MODEL:
            return unknown_model(message).failure
        case ShardError.MAX_RECEIVES:
            return api_error("INTERNAL_SERVER_ERROR", f"No worker could finish this audio. {message}", 500).failure
        case ShardError.UNAVAILABLE:
            return service_unavailable().failure
        case ShardError.CORRUPT_MODEL | ShardError.INTERNAL:
            return internal_error().failure


def _failure_in_cause(cause: str) -> Failure:
    try:
        answer: dict[str, Any] = json.loads(cause)
        return Failure.from_json(answer.get("errorMessage", answer))
    except (ValueError, TypeError, AttributeError):
        return internal_error().failure
