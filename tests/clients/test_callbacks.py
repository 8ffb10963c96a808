"""Callbacks through the whole cloud: bus, queue, function, receiver."""

from __future__ import annotations

import contextlib
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.callbacks import MAX_CONCURRENT_DELIVERIES
from localcloud.cloud import Cloud
from tests.clients.web import Received, Site, serving
from tests.fixtures.local_cloud.waiting import eventually


class SilentSite(Site):
    """A receiver that answers nothing before `speaks` is set; `waiting` has the deliveries that wait for it."""

    def __init__(self) -> None:
        super().__init__({})
        self.speaks, self.waiting, self.maximum = threading.Event(), 0, 0

    def respond(self, request: Received) -> tuple[int, dict[str, str], bytes]:
        with self.arrived:
            self.waiting += 1
            self.maximum = max(self.maximum, self.waiting)
        self.speaks.wait(60)
        with self.arrived:
            self.waiting -= 1
        return super().respond(request)


@pytest.fixture
def silent() -> Iterator[SilentSite]:
    site = SilentSite()
    with serving(site):
        yield site
        site.speaks.set()


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


def test_silent_receiver_takes_no_function_from_callers(
    cloud: Cloud, setup: dict[str, str], silent: SilentSite
) -> None:
    """Each of its deliveries holds a function for 20 seconds; an account may have ten functions in all."""
    eventually(lambda: queue_lengths(cloud) == (0, 0), "the end of other deliveries")
    letters = 3 * MAX_CONCURRENT_DELIVERIES
    for number in range(letters):
        query = urllib.parse.urlencode({"callback": f"{silent.url}/{number}", "tag": f"silent-{number}"})
        letter = Path(setup["not_audio"]).read_bytes() + bytes([number])
        urllib.request.urlopen(f"{setup['url']}/v1/listen?{query}", letter).close()
    eventually(lambda: silent.waiting == MAX_CONCURRENT_DELIVERIES, "deliveries that wait")

    url = f"{setup['url']}/v1/listen?tag=beside-a-silent-receiver"
    with urllib.request.urlopen(url, Path(setup["speech"]).read_bytes()) as answer:
        assert json.load(answer)["results"]
    hidden, visible = queue_lengths(cloud)
    silent.speaks.set()

    assert silent.maximum == MAX_CONCURRENT_DELIVERIES
    assert hidden >= MAX_CONCURRENT_DELIVERIES  # more if a first delivery has run out of time and waits for its second
    assert hidden + visible == letters
    arrived = silent.wait_for(lambda one: True, count=letters)
    assert {one.path for one in arrived} == {f"/{number}" for number in range(letters)}


def queue_lengths(cloud: Cloud) -> tuple[int, int]:
    """Return the numbers of hidden and of visible callbacks in the queue, at one moment."""
    sqs = cloud.client("sqs")
    (url,) = [url for url in sqs.list_queues()["QueueUrls"] if "Callbacks" in url]
    names = ["ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessages"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    hidden, visible = (int(attributes[name]) for name in names)
    return hidden, visible
