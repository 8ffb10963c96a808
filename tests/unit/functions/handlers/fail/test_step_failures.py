"""Failures of jobs: from the error of any state to the caller's answer."""

import json

import pytest

from earshot_contract.documents.shards import ShardError
from functions import errors
from functions.errors import Failure
from functions.handlers.fail.step_failures import failure_of_step, log_fields
from tests.fixtures.rows import each_row


def lambda_cause(exception: Exception) -> str:
    """`Cause` of a state whose Lambda function raised an exception."""
    return json.dumps(
        {"errorMessage": str(exception), "errorType": type(exception).__name__, "stackTrace": ["  File …"]}
    )


def test_api_error_survives_a_state_machine():
    error = errors.remote_content_error("URL for media download must be publicly routable.")

    failure = failure_of_step("ApiError", lambda_cause(error))

    assert failure == Failure("REMOTE_CONTENT_ERROR", "URL for media download must be publicly routable.", 400)


def test_busy_slow_downloads_are_a_503():
    failure = failure_of_step("SlowDownloadsBusy", lambda_cause(errors.SlowDownloadsBusy()))

    assert failure.status == 503
    assert "slow downloads" in failure.err_msg


@each_row("error", list(ShardError))
def test_every_shard_error_has_a_failure(error):
    failure = failure_of_step(error.value, "The message of the worker.")

    ours = {ShardError.MAX_RECEIVES: 500, ShardError.CORRUPT_MODEL: 500, ShardError.INTERNAL: 500}
    ours[ShardError.UNAVAILABLE] = 503
    assert failure.status == ours[error] if error in ours else failure.status in (400, 413)
    assert failure.err_code
    assert failure.err_msg


def test_not_audio_error_has_deepgrams_text():
    failure = failure_of_step("Audio.NotAudio", "No decoder opens it.")

    assert failure.err_msg == (
        "Bad Request: failed to process audio: corrupt or unsupported data: No decoder opens it."
    )


def test_missing_channel_is_not_called_corrupt_data():
    failure = failure_of_step("Audio.NoChannel", "An audio track 3 was requested, but the file has 1 (eng).")

    assert failure.err_msg == (
        "Bad Request: failed to process audio: An audio track 3 was requested, but the file has 1 (eng)."
    )


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        ("States.Timeout", ""),
        ("KeyError", lambda_cause(KeyError("secret"))),
        ("ApiError", "not json"),
        ("ApiError", "[]"),
        ("ApiError", lambda_cause(ValueError("no failure inside"))),
    ],
)
def test_internal_error_reveals_no_cause(error, cause):
    failure = failure_of_step(error, cause)

    assert failure == errors.internal_error().failure
    assert failure.status == 500


@pytest.mark.parametrize(
    ("error", "cause", "expected"),
    [
        ("ApiError", lambda_cause(errors.bad_request("No.")), {}),  # the answer is logged
        ("Worker.Internal", "KeyError", {"cause": "KeyError"}),
        ("KeyError", lambda_cause(KeyError("x")), {"cause": "KeyError: 'x'", "exception": "  File …"}),
    ],
)
def test_log_has_a_cause_that_people_read(error: str, cause: str, expected: dict[str, str]) -> None:
    assert log_fields(error, cause) == expected
