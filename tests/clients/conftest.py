"""The SDKs, the API they talk to, and the web around it."""

from __future__ import annotations

import json
import os
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bench.recordings.corpus import wav
from earshot_contract.keys import api_key_pk
from localcloud.cloud import Cloud
from tests.clients.browser import Seen, browser_or_skip
from tests.clients.mp3_converter import write_program
from tests.clients.sdks import SDKS, drive
from tests.clients.web import Front, Site, serving
from tests.fixtures.audio_files.decoded_audio import decode
from tests.paths import SAMPLES

KEY = "0123456789abcdef0123456789abcdef01234567"  # as deepgram-sdk 2 wants keys to look; any is let in here

Outcomes = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """A site that has the speech sample and takes callbacks."""
    site = Site({"/speech.flac": (SAMPLES / "sample.flac").read_bytes()})
    with serving(site):
        yield site


@pytest.fixture(scope="session")
def setup(cloud: Cloud, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Configuration of every driver; its scenarios read it."""
    folder = tmp_path_factory.mktemp("clients")
    not_audio = folder / "letter.txt"
    not_audio.write_text("Dear Sir or Madam, this is no audio at all.\n" * 40)
    # The first job starts the worker, which takes longer than the SDK waits that follows no redirect.
    urllib.request.urlopen(f"{cloud.api}/v1/listen?model=whisper", (SAMPLES / "sample.flac").read_bytes()).close()
    busy, lost = Front(cloud.api, lost=False), Front(cloud.api, lost=True)
    with ExitStack() as fronts:
        fronts.enter_context(serving(busy))
        fronts.enter_context(serving(lost))
        yield {
            "url": cloud.api,
            "key": KEY,
            "speech": str(SAMPLES / "sample.flac"),
            "speech_url": f"{site.url}/speech.flac",
            "speech_wav": str(wav(folder / "speech.wav", decode(SAMPLES / "sample.flac").samples)),
            "ffmpeg": str(write_program(folder / "ffmpeg")),
            "not_audio": str(not_audio),
            "callback": f"{site.url.replace('//', '//user:secret@')}/callbacks",
            "unreachable_url": f"{site.url}/nothing.mp3",
            "busy_url": busy.url,
            "lost_url": lost.url,
        }


@pytest.fixture(scope="session")
def driven(setup: dict[str, str], say: Callable[[str], None]) -> Callable[..., Outcomes]:
    """`driven(name, scenarios, **config)` runs an SDK; the same run is made once."""
    runs: dict[Any, Outcomes] = {}

    def run(name: str, scenarios: tuple[str, ...], **config: str) -> Outcomes:
        run_key = (name, scenarios, tuple(sorted(config.items())))
        if run_key not in runs:
            runs[run_key] = drive(SDKS[name], scenarios, setup | config, say)
        return runs[run_key]

    return run


@pytest.fixture(scope="session")
def turned_away(setup: dict[str, str], site: Site) -> str:
    """Id of a job whose callback is answered with 503 at first. The next try comes half a minute later: an early
    test asks for this, the last one looks."""
    site.answers["/turned-away"] = [503]
    query = urllib.parse.urlencode({"model": "whisper", "callback": f"{site.url}/turned-away"})
    speech = Path(setup["speech"]).read_bytes()
    with urllib.request.urlopen(f"{setup['url']}/v1/listen?{query}", speech) as answer:
        return json.load(answer)["request_id"]


@pytest.fixture
def jobs_with(cloud: Cloud) -> Callable[[str], list[str]]:
    """Ids of the jobs whose options hold a text."""

    def find(option: str) -> list[str]:
        with urllib.request.urlopen(f"{cloud.api}/v1/requests?limit=100") as page:
            requests = json.load(page)["requests"]
        return [request["request_id"] for request in requests if option in request["options"]]

    return find


@pytest.fixture(scope="module")
def keyed(cloud: Cloud) -> Iterator[str]:
    """A key that is known; meanwhile a key is required."""
    key = "abcdef0123456789abcdef0123456789abcdef01"
    cloud.client("dynamodb").put_item(
        TableName=cloud.outputs["TableName"], Item={"pk": {"S": api_key_pk(key)}, "name": {"S": "clients"}}
    )
    functions = cloud.client("lambda")
    [authorize] = [f for f in functions.list_functions()["Functions"] if "authorize" in f["Handler"]]
    variables = authorize["Environment"]["Variables"]
    configure = partial(functions.update_function_configuration, FunctionName=authorize["FunctionName"])
    configure(Environment={"Variables": {**variables, "PUBLIC_ACCESS": "false"}})
    yield key
    configure(Environment={"Variables": variables})


@pytest.fixture(scope="session")
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Print a line on the terminal of the tests: the first run installs the SDKs."""
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    return lambda line: reporter.write_line(f"\n{line}") if reporter else None


@pytest.fixture(scope="module")
def page_config(cloud: Cloud, say: Callable[[str], None]) -> Seen:
    """Configuration of the driver; the tests are skipped, with the reason, where there is no browser."""
    found = browser_or_skip(say)
    pictures = os.environ.get("EARSHOT_PICTURES", "")  # a folder: each screen is photographed into it
    return {
        "url": cloud.api,
        "speech": str(SAMPLES / "sample.flac"),
        "speakers": str(SAMPLES / "two-speakers.flac"),
        "pictures": pictures,
        **found,
    }
