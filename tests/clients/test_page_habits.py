"""The web page and habits that no button is for: folders that are dropped, paper, keys in a filter, a tab left open."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.clients.browser import Seen, checked, drive_page


@pytest.fixture(scope="module")
def outcomes(page_config: Seen, say: Callable[[str], None]) -> dict[str, Seen]:
    return drive_page(("folder", "busy", "print", "left", "broken", "address", "typed"), page_config, say)


@pytest.fixture
def seen(request: pytest.FixtureRequest, outcomes: dict[str, Seen]) -> Seen:
    return checked(outcomes[request.node.name.split("_")[1]])


def test_folder_that_is_dropped_gives_its_recordings(seen: Seen) -> None:
    assert sorted(seen["rows"]) == ["one.mp3", "two.FLAC"]
    assert seen["at"] == "#/jobs"  # several are followed there


def test_busy_deployment_gets_a_file_later(seen: Seen) -> None:
    assert seen["early"] == 1  # not before the deployment said
    assert "The file cannot be read." in seen["gone"]  # and is not sent again


def test_print_has_the_speakers_and_no_buttons(seen: Seen) -> None:
    assert "Speaker 0\n0:00\n\nGood morning." in seen["shown"]
    assert not [label for label in ("Edit", "Download", "Share", "Follow", "Skip") if label in seen["shown"]]
    assert seen["languages"] == "German, English"  # beside the transcript, where it has several
    assert seen["ink"] == "rgb(28, 29, 31)"  # on paper, in the dark theme, too
    assert "Speaker 1" in seen["copied"]
    assert seen["saved"] == "Board 12.03.2026.json"


def test_left_open_list_stays_true_and_keeps_the_focus(seen: Seen) -> None:
    assert seen["times"] == ["just now", "10 min ago"]
    assert seen["focused"] == "state"
    assert seen["skipped"] == ["main", "#/jobs?state=queued"]


def test_broken_audio_is_fetched_again(seen: Seen) -> None:
    assert seen["first"] == "Earshot cannot be reached. Play tries again."
    assert (seen["paused"], seen["hidden"], seen["gone"]) == (True, True, True)
    assert seen["later"] == "0:05 / 0:07"  # where the button led while there was no audio


def test_address_that_is_pasted_or_dropped_is_offered(seen: Seen) -> None:
    assert seen["found"] == ["", "https://example.org/pasted.mp3", "true", "https://example.org/dropped.mp3"]
    assert seen["stays"] is True  # the browser does not open it instead of the page


def test_typed_corrections_are_not_lost_on_the_way_out(seen: Seen) -> None:
    assert seen["asks"] == [False, True, True, False]  # at rest, while typing, not saved, saved
    assert "Typed." in seen["back"]
    assert "Later. Middle." in seen["later"], "the cursor stays where somebody types"
    assert "Last." in seen["left"]
