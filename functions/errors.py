"""Every way to say no: Deepgram's code, a sentence that helps, and the status.

Statuses are chosen so that SDKs retry what is worth it and nothing else (408, 409, 429 and 5xx are retried).
"""

from __future__ import annotations

from functions.jobs import Failure


class Refused(Exception):
    """The caller gets `failure`; raised anywhere below a handler."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.err_msg)
        self.failure = failure


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


def too_large(sentence: str) -> Refused:
    return refuse("PAYLOAD_TOO_LARGE", sentence, 413)


def not_found(sentence: str) -> Refused:
    return refuse("NOT_FOUND", sentence, 404)


def internal() -> Refused:
    return refuse("INTERNAL_SERVER_ERROR", "Something went wrong on our side. Try again.", 500)
