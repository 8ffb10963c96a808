"""`earshot events`: the line of an event."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from earshot_cli.commands.events import event_line
from tests.paths import SAMPLES


@pytest.mark.parametrize("sample", ["queued", "completed", "failed", "cancelled"])
def test_event_is_one_line_of_what_is_known(sample: str) -> None:
    event = json.loads((SAMPLES / f"transcription-{sample}.json").read_text())
    detail = event["detail"]
    name = detail.get("name") or detail["source"].get("key") or detail["source"].get("url") or "request"

    line = event_line(event | {"detail": detail | ({"duration": 7.9} if "duration" in detail else {})}).plain

    time = f"{datetime.fromisoformat(event['time']).astimezone():%H:%M:%S}"
    assert line.startswith(f"{time}  {sample:<9}  {detail['job_id'][:8]}  {name}")
    assert detail.get("error", {}).get("err_msg", "") in line
    assert ("7.9 s" in line) == ("duration" in detail)
    assert "\n" not in line
