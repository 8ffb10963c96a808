"""Every way to say no: Deepgram's code, a sentence that helps, and the status.

Statuses are chosen so that SDKs retry what is worth it and nothing else (408, 409, 429 and 5xx are retried).
"""

from __future__ import annotations

import json
from typing import Any

from earshot_contract.shards import ShardError
from functions.jobs.job import Failure

STOPPED = "Job.Stopped"  # the `Error` of an execution that ended without its Fail step: aborted, or out of time


class ApiError(Exception):
    """The caller gets `failure`; raised anywhere below a handler.

    Its text is the failure as JSON, because that is all of an exception that a Lambda's answer carries into a
    state machine: `recover` reads it back in the Fail function.
    """

    def __init__(self, failure: Failure, job_id: str | None = None) -> None:
        super().__init__(failure.to_json())
        self.failure = failure
        self.job_id = job_id  # the job that failed, when there is one to look at


API_ERROR_NAMES = (ApiError.__name__, "Refused")  # as states see it; the second until 0.2, for running executions


def api_error(err_code: str, err_msg: str, status: int = 400) -> ApiError:
    return ApiError(Failure(err_code, err_msg, status))


def bad_request(sentence: str) -> ApiError:
    return api_error("Bad Request", sentence)


def bad_query(sentence: str) -> ApiError:
    return api_error("INVALID_QUERY_PARAMETER", sentence)


def bad_audio(sentence: str) -> ApiError:
    return api_error("Bad Request", f"Bad Request: failed to process audio: {sentence}")


def remote_content_error(sentence: str) -> ApiError:
    return api_error("REMOTE_CONTENT_ERROR", sentence)


def unknown_model(sentence: str) -> ApiError:
    """400, where Deepgram says 403 to an invented name: the key is fine, the deployment lacks the model."""
    return api_error("Bad Request", f"Bad Request: No such model/version combination found. {sentence}")


def too_large(sentence: str) -> ApiError:
    return api_error("PAYLOAD_TOO_LARGE", sentence, 413)


def not_found(sentence: str) -> ApiError:
    return api_error("NOT_FOUND", sentence, 404)


def service_unavailable(sentence: str = "Please try again later") -> ApiError:
    """503: every SDK that retries at all tries again; replies add `Retry-After`."""
    return api_error("Service Unavailable", sentence, 503)


def internal_error() -> ApiError:
    return api_error("INTERNAL_SERVER_ERROR", "Something went wrong on our side. Try again.", 500)


def failure_of_step(error: str, cause: str) -> Failure:
    """What to tell the caller about a state's `Error` and `Cause`.

    Four kinds arrive: an `ApiError` from one of our functions (`Cause` is Lambda's answer to a raised exception,
    JSON with the text in `errorMessage`), a `ShardError` from a worker (`Cause` is its sentence), `STOPPED`, and
    everything else, which is our fault and says nothing of its inside.
    """
    if error == STOPPED:
        return api_error("INTERNAL_SERVER_ERROR", "The job was stopped before its end. Send it again.", 500).failure
    if error in API_ERROR_NAMES:
        return _failure_in_cause(cause)
    try:
        return failure_of_shard(ShardError(error), cause)
    except ValueError:
        return internal_error().failure


def failure_of_shard(error: ShardError, sentence: str) -> Failure:
    match error:
        case ShardError.NOT_AUDIO | ShardError.EMPTY | ShardError.NO_CHANNEL:
            return bad_audio(f"corrupt or unsupported data: {sentence}").failure
        case ShardError.MISSING:
            return remote_content_error(sentence).failure
        case ShardError.TOO_LONG:
            return too_large(sentence).failure
        case ShardError.UNKNOWN_MODEL:
            return unknown_model(sentence).failure
        case ShardError.MAX_RECEIVES:
            return api_error("INTERNAL_SERVER_ERROR", f"No worker could finish this audio. {sentence}", 500).failure
        case ShardError.CORRUPT_MODEL | ShardError.INTERNAL:
            return internal_error().failure


def _failure_in_cause(cause: str) -> Failure:
    try:
        answer: dict[str, Any] = json.loads(cause)
        return Failure.from_json(answer.get("errorMessage", answer))
    except (ValueError, TypeError, AttributeError):
        return internal_error().failure
