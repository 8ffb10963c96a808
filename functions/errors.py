"""API errors: Deepgram's error code, a message that helps, and the HTTP status.

Statuses are chosen so that SDKs retry requests where a retry may succeed, and no others: 408, 409, 429 and 5xx are
retried.
"""

from __future__ import annotations

from msgspec import Struct

from earshot_contract.document import Document

_SHOWN = 1000  # characters of the beginning and of the end of a message
THROTTLED = "Throttled"  # name of the exception of functions.aws.clients in state machines


class Failure(Document, Struct, frozen=True):
    """Error reported to the caller: Deepgram's code, a message, and the HTTP status."""

    err_code: str
    err_msg: str
    status: int = 400

    def body(self) -> dict[str, str]:
        """Return the members that answers, events and callbacks have; the status is the HTTP response's own."""
        return {"err_code": self.err_code, "err_msg": self.err_msg}


class ApiError(Exception):
    """An error that the caller gets as `failure`; raised anywhere below a handler.

    Its text is the failure as JSON: the text is all of an exception that a Lambda function's answer carries into a
    state machine. `failure_of_step` of the Fail function reads it there.
    """

    def __init__(self, failure: Failure, job_id: str | None = None) -> None:
        """Keep the failure and, where there is one, the id of the failed job."""
        super().__init__(failure.to_json())
        self.failure = failure
        self.job_id = job_id


# Names of the error in state machines; the second one for executions that began in an earlier version.
API_ERROR_NAMES = (ApiError.__name__, "Refused")


class SlowDownloadsBusy(Exception):
    """A server sends slowly, and as many slow downloads run as a deployment allows. Its name is in state machines."""


def api_error(err_code: str, err_msg: str, status: int = 400) -> ApiError:
    """Make an error of any code and status. A long message, which quotes what was sent, loses its middle."""
    return ApiError(Failure(err_code, shortened(err_msg), status))


def shortened(message: str) -> str:
    """Return a message without the middle of a long one."""
    return message if len(message) <= 2 * _SHOWN else f"{message[:_SHOWN]} … {message[-_SHOWN:]}"


def bad_request(message: str) -> ApiError:
    """Make a 400 for a request that cannot be understood."""
    return api_error("Bad Request", message)


def bad_query(message: str) -> ApiError:
    """Make a 400 for an option with an invalid value."""
    return api_error("INVALID_QUERY_PARAMETER", message)


def bad_audio(message: str) -> ApiError:
    """Make a 400 for a file that holds no usable audio."""
    return api_error("Bad Request", f"Bad Request: failed to process audio: {message}")


def remote_content_error(message: str) -> ApiError:
    """Make a 400 for a URL that cannot be downloaded."""
    return api_error("REMOTE_CONTENT_ERROR", message)


def unknown_model(message: str) -> ApiError:
    """Make a 400 for a model that the deployment does not have.

    Deepgram answers 403 to an unknown name; here the key is valid and only the model is missing.
    """
    return api_error("Bad Request", f"Bad Request: No such model/version combination found. {message}")


def too_large(message: str) -> ApiError:
    """Make a 413 for a body or file above the limit."""
    return api_error("PAYLOAD_TOO_LARGE", message, 413)


def not_found(message: str) -> ApiError:
    """Make a 404."""
    return api_error("NOT_FOUND", message, 404)


def too_many_waiting(limit: int) -> ApiError:
    """Make a 429 for an owner who has as many unfinished jobs as the deployment allows; it adds `Retry-After`."""
    message = f"Too many jobs of yours are unfinished: {limit} at most may be. Send the request again later."
    return api_error("TOO_MANY_REQUESTS", message, 429)


def too_busy() -> ApiError:
    """Make a 429 for a request that reached its function too late to be answered in time; it adds `Retry-After`."""
    return api_error("TOO_MANY_REQUESTS", "Too many requests are being answered. Send it again later.", 429)


def service_unavailable(message: str = "Please try again later") -> ApiError:
    """Make a 503, which every SDK with retries sends again; the response adds `Retry-After`."""
    return api_error("Service Unavailable", message, 503)


def internal_error() -> ApiError:
    """Make a 500 that reveals nothing of the cause."""
    return api_error("INTERNAL_SERVER_ERROR", "Something went wrong on our side. Try again.", 500)
