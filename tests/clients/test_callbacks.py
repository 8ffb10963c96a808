"""Callbacks through the whole cloud: bus, queue, function, receiver."""

from __future__ import annotations

import contextlib
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from tests.clients.web import Site


def test_failed_job_delivers_callback_until_it_is_taken(setup: dict[str, str], site: Site, turned_away: str) -> None:
    site.answers["/failed"] = [503]  # the first try; the second comes five seconds later
    query = urllib.parse.urlencode({"model": "whisper", "callback": f"{site.url}/failed"})
    letter = Path(setup["not_audio"]).read_bytes()

    with urllib.request.urlopen(f"{setup['url']}/v1/listen?{query}", letter) as answer:
        request_id = json.load(answer)["request_id"]

    refused, delivery = site.wait_for(lambda one: one.path == "/failed", count=2)
    assert refused.body == delivery.body
    assert delivery.json()["request_id"] == request_id
    assert "failed to process audio" in delivery.json()["err_msg"]
    assert request_id != turned_away

    redelivery = urllib.request.Request(f"{setup['url']}/v1/requests/{request_id}/redeliver", method="POST")
    until = time.monotonic() + 30
    while time.monotonic() < until:  # 503 until the function has written down its try
        with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(redelivery) as answer:
            assert json.load(answer)["deliveries"][-1]["requested"]
            break
        time.sleep(0.1)
    *_, third = site.wait_for(lambda one: one.path == "/failed", count=3)
    assert third.body == delivery.body
