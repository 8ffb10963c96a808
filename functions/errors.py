"""Every way to say no: Deepgram's code, a sentence that helps, and the status.

Statuses are chosen so that SDKs retry what is worth it and nothing else (408, 409, 429 and 5xx are retried).
"""

from __future__ import annotations

import json
from typing import Any

from earshot_contract.shards import ShardError
from functions.jobs.job import Failure

STOPPED = "Job.Stopped"  # the `Error` of an execution that ended without its Fail step: aborted, or out of time


class Refused(Exception):
    """The caller gets `failure`; raised anywhere below a handler.

    Its text is the failure as JSON, because that is all of an exception that a Lambda's answer carries into a
    state machine: `recover` reads it back in the Fail function.
    """

    def __init__(self, failure: Failure, job_id: str | None = None) -> None:
        super().__init__(failure.to_json())
        self.failure = failure
        self.job_id = job_id  # the job that failed, when there is one to look at


def refuse(err_code: str, err_msg: str, status: int = 400) -> Refused:
    return Refused(Failure(err_code, err_msg, status))


def bad_request(sentence: str) -> Refused:
    return refuse("Bad Request", sentence)


def bad_query(sentence: str) -> Refused:
    return refuse("INVALID_QUERY_PARAMETER", sentence)


def bad_audio(sentence: str) -> Refused:
    return refuse("Bad Request", f"Bad Request: failed to process audio: {sentence}")


def bad_remote(sentence: str) -> Refused:
    return refuse("REMOTE_CONTENT_ERROR", sentence)


def unknown_model(sentence: str) -> Refused:
    """400, where Deepgram says 403 to an invented name: the key is fine, the deployment lacks the model."""
    return refuse("Bad Request", f"Bad Request: No such model/version combination found. {sentence}")


def too_large(sentence: str) -> Refused:
    return refuse("PAYLOAD_TOO_LARGE", sentence, 413)


def not_found(sentence: str) -> Refused:
    return refuse("NOT_FOUND", sentence, 404)


def overloaded(sentence: str = "Please try again later") -> Refused:
    """503: every SDK that retries at all tries again; replies add `Retry-After`."""
    return refuse("Service Unavailable", sentence, 503)


def internal() -> Refused:
    return refuse("INTERNAL_SERVER_ERROR", "Something went wrong on our side. Try again.", 500)


def recover(error: str, cause: str) -> Failure:
    """What to tell the caller about a state's `Error` and `Cause`.

    Four kinds arrive: a `Refused` from one of our functions (`Cause` is Lambda's answer to a raised exception,
    JSON with the text in `errorMessage`), a `ShardError` from a worker (`Cause` is its sentence), `STOPPED`, and
    everything else, which is our fault and says nothing of its inside.
    """
    if error == STOPPED:
        return refuse("INTERNAL_SERVER_ERROR", "The job was stopped before its end. Send it again.", 500).failure
    if error == Refused.__name__:
        return _refusal(cause)
    try:
        return of_shard(ShardError(error), cause)
    except ValueError:
        return internal().failure


def of_shard(error: ShardError, sentence: str) -> Failure:
    match error:
        case ShardError.NOT_AUDIO | ShardError.EMPTY | ShardError.NO_CHANNEL:
            return bad_audio(f"corrupt or unsupported data: {sentence}").failure
        case ShardError.MISSING:
            return bad_remote(sentence).failure
        case ShardError.TOO_LONG:
            return too_large(sentence).failure
        case ShardError.UNKNOWN_MODEL:
            return unknown_model(sentence).failure
        case ShardError.GAVE_UP:
            return refuse("INTERNAL_SERVER_ERROR", f"No worker could finish this audio. {sentence}", 500).failure
        case ShardError.CORRUPT_MODEL | ShardError.INTERNAL:
            return internal().failure


def _refusal(cause: str) -> Failure:
    try:
        answer: dict[str, Any] = json.loads(cause)
        return Failure.from_json(answer.get("errorMessage", answer))
    except (ValueError, TypeError, AttributeError):
        return internal().failure
