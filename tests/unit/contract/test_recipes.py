"""The line that the recipe rule-to-chat writes of each event, as people in a chat read it."""

from __future__ import annotations

import json
import re
import textwrap
from typing import Any

import pytest

from tests.paths import ROOT, SAMPLES

TEMPLATE = (ROOT / "events" / "recipes" / "rule-to-chat.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def recipe() -> dict[str, Any]:
    """Names of the recipe's function."""
    [code] = re.findall(r"ZipFile: \|\n(.*?)\n  \w", TEMPLATE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(textwrap.dedent(code), names)
    return names


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("queued", "waits (earshot show"),
        ("completed", "is transcribed, 0:02 (earshot show"),
        ("cancelled", "was cancelled, 0:02 (earshot show"),
        (
            "failed",
            "failed: The remote server hosting the media returned a client error: [404 Not Found]. (earshot show",
        ),
    ],
)
def test_chat_line_says_how_each_job_ended(recipe: dict[str, Any], kind: str, line: str) -> None:
    event = json.loads((SAMPLES / f"transcription-{kind}.json").read_text(encoding="utf-8"))
    event["detail"]["name"] = "notes.mp3"

    assert recipe["line"](event) == f"`notes.mp3` {line} {event['detail']['job_id'][:8]})"


def test_chat_line_of_an_hour_has_no_words_for_programs(recipe: dict[str, Any]) -> None:
    detail = {"job_id": "5b2c0a52-7d4e", "state": "completed", "source": {"key": "a/talk.mp3"}, "duration": 3725.4}
    message = "Bad Request: failed to process audio: corrupt or unsupported data: this is plain text, not audio."

    assert recipe["line"]({"detail": detail}) == "`a/talk.mp3` is transcribed, 62:05 (earshot show 5b2c0a52)"
    failed = detail | {"state": "failed", "error": {"err_msg": message}}
    assert recipe["line"]({"detail": failed}) == (
        "`a/talk.mp3` failed: this is plain text, not audio. (earshot show 5b2c0a52)"
    )


@pytest.mark.parametrize("kind", ["completed", "failed"])
@pytest.mark.parametrize(
    "outside",
    [
        "@everyone.mp3",
        "<!channel>",
        "<!here|here>",
        "<@U024BE7LH>",
        "<users/all>.mp3",
        "@all",
        "`@here`",
        "a\n@all b\r\nc",
    ],
)
def test_chat_line_contains_no_notification(recipe: dict[str, Any], kind: str, outside: str) -> None:
    event = json.loads((SAMPLES / f"transcription-{kind}.json").read_text(encoding="utf-8"))
    event["detail"]["name"] = outside
    if kind == "failed":
        event["detail"]["error"]["err_msg"] = f"The remote server answered 404 {outside}"

    for field in ("text", "content"):
        message = recipe["message"](event, field)

        assert not re.search(r"[<>\n\r]|@\w", message[field])
        assert message[field].count("`") == 2  # around the name alone
        assert message.get("allowed_mentions") == ({"parse": []} if field == "content" else None)
    assert outside.strip("`@<>").splitlines()[0][:3] in message["content"]  # still to be read
