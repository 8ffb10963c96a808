"""Error codes of AWS services, as the functions and the worker read them from botocore's exceptions."""

from __future__ import annotations

from typing import Any, Protocol

# Step Functions' errors for a task token whose execution no longer waits for an answer.
CLOSED_TOKEN_ERRORS = ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken")

# Error codes of throttling and unavailability, of all services used here.
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, and each service's page of common errors.
UNAVAILABLE_CODES = frozenset(
    {
        "ThrottlingException",
        "ThrottledException",
        "Throttling",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ExecutionLimitExceeded",
        "SlowDown",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "InternalServerError",
        "InternalError",
        "RequestThrottled",
        "TransactionInProgressException",
        "503",
    }
)


class ServiceError(Protocol):
    """botocore's `ClientError`, which this package does not import."""

    @property
    def response(self) -> Any:
        """The parsed response."""
        ...


def error_code(error: ServiceError) -> str:
    """Return the service's code of an error, e.g. `NoSuchKey`; a HEAD request has only the status, e.g. `404`."""
    return str(error.response.get("Error", {}).get("Code", ""))
