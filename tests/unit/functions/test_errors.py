"""What a caller is told about a failure, wherever in the state machine it happened."""

import json

import pytest

from earshot_contract.shards import ShardError
from functions import errors
from functions.jobs.job import Failure


def lambda_cause(exception: Exception) -> str:
    """What Lambda hands to Step Functions when a handler raises."""
    return json.dumps(
        {"errorMessage": str(exception), "errorType": type(exception).__name__, "stackTrace": ["  File …"]}
    )


def test_a_refusal_survives_the_way_through_a_state_machine():
    refused = errors.remote_content_error("URL for media download must be publicly routable.")

    failure = errors.failure_of_step("ApiError", lambda_cause(refused))

    assert failure == Failure("REMOTE_CONTENT_ERROR", "URL for media download must be publicly routable.", 400)


@pytest.mark.parametrize("error", list(ShardError))
def test_every_way_a_worker_fails_has_an_answer(error):
    failure = errors.failure_of_step(error.value, "The sentence of the worker.")

    ours = error in (ShardError.MAX_RECEIVES, ShardError.CORRUPT_MODEL, ShardError.INTERNAL)
    assert failure.status == 500 if ours else failure.status in (400, 413)
    assert failure.err_code
    assert failure.err_msg


def test_a_worker_that_met_no_audio_says_so_in_deepgrams_words():
    failure = errors.failure_of_step("Audio.NotAudio", "No decoder opens it.")

    assert failure.err_msg == (
        "Bad Request: failed to process audio: corrupt or unsupported data: No decoder opens it."
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
def test_what_is_our_fault_tells_nothing_of_our_inside(error, cause):
    failure = errors.failure_of_step(error, cause)

    assert failure == errors.internal_error().failure
    assert failure.status == 500
