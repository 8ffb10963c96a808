"""The check of logs that each local cloud of the tests ends with: what it finds, and what it lets through."""

from __future__ import annotations

import pytest

from tests.fixtures.local_cloud.logs import leaking, phrases

PHRASES = phrases("Audio arrives by two doors.")


@pytest.mark.parametrize(
    "line",
    [
        '{"message": "said: audio ARRIVES, by"}',
        '{"key": "0123456789abcdef0123456789abcdef01234567"}',
        '{"headers": {"Authorization": "Token abc"}}',
        '{"body": "{\\"task_token\\": \\"x\\"}"}',
        '{"url": "https://b.s3.amazonaws.com/k?X-Amz-Signature=ab"}',
    ],
)
def test_line_with_a_secret_or_words_of_audio_is_found(line: str) -> None:
    assert list(leaking([line], PHRASES)) == [line]


@pytest.mark.parametrize(
    "line",
    [
        '{"message": "Prepared", "job_id": "0f0e0d0c-1111-4222-8333-444455556666"}',
        '{"sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}',
        '{"message": "arrives by"}',
    ],
)
def test_line_without_one_is_not(line: str) -> None:
    assert list(leaking([line], PHRASES)) == []
