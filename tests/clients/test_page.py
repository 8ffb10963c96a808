"""The web page in a real browser, against the local cloud, as people use it; axe-core judges its accessibility."""

from __future__ import annotations

import base64
import io
import re
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from localcloud.cloud import Cloud
from tests.clients.browser import Seen, checked, drive_page

OPEN = (  # scenarios, in the order in which they leave jobs to each other
    "journey", "first", "keyboard", "markup", "parts", "hours", "arabic", "long", "slow", "focus", "trouble",
    "record", "edits", "share", "try", "jobs", "running", "screens", "tabs", "unsaved", "elsewhere", "older",
    "unanswered", "alert",
)  # fmt: skip
WELCOME = "moments later you can read every word"


@pytest.fixture(scope="module")
def outcomes(page_config: Seen, say: Callable[[str], None]) -> dict[str, Seen]:
    """All scenarios of a deployment without keys, in one browser."""
    return drive_page(OPEN, page_config, say)


@pytest.fixture
def seen(request: pytest.FixtureRequest, outcomes: dict[str, Seen]) -> Seen:
    """Findings of the scenario with the test's name; the browser reported no error."""
    return checked(outcomes[request.node.name.split("_")[1]])


def test_journey_from_drop_to_words_and_back(seen: Seen, cloud: Cloud) -> None:
    assert WELCOME in seen["text"]
    assert seen["again"] == seen["text"]
    assert seen["title"] == "welcome talk.flac · Earshot"
    assert [word.strip(" ,.") for word in seen["marked"]] == ["moments"]  # the word that was clicked
    assert seen["srt"]["name"] == "welcome talk.srt"
    with urllib.request.urlopen(f"{cloud.api}/v1/requests/{seen['job']}/result?format=srt") as answer:
        assert seen["srt"]["text"] == answer.read().decode()


def test_first_visit_offers_a_sample(seen: Seen) -> None:
    assert 7.5 < seen["played"] < 8.5
    assert WELCOME in seen["text"]
    assert seen["title"] == "sample.mp3 · Earshot"
    assert not [text for text in seen["unlisted"] if "Nothing yet" in text]


def test_running_job_shows_seconds_and_text_so_far(seen: Seen) -> None:
    assert "1 h 13 min of 2 h 58 min" in seen["text"]
    assert "about 1 min 5 s left" in seen["text"]
    assert "cut into 18 parts, not 20" in seen["text"]
    assert seen["query"] == "?format=txt&partial=true"
    assert seen["narrow"] > 300  # pixels: a sentence, not a column of letters
    assert seen["end"] == "Transcribing, almost done"  # without an estimate any more


def test_keyboard_alone_reaches_everything(seen: Seen) -> None:
    assert "Skip to the content" in seen["reached"]
    assert {"files", "● Record", "Transcribe", "welcome talk.flac"} <= set(seen["reached"])
    assert seen["paused"]
    assert seen["typed"] == ["search", "every word s"]  # single letters are text inside a field
    assert seen["found"] == "1 of 1"
    assert WELCOME in seen["text"]["text"].replace("\n", " ")
    assert "Play, pause" in seen["help"]
    assert seen["open"] == 0


def test_markup_in_a_name_stays_text(seen: Seen) -> None:
    assert seen["heading"] == seen["name"]
    assert seen["name"] in seen["listed"]
    assert (seen["images"], seen["dialogs"]) == (0, [])


def test_parts_go_on_where_the_line_was_lost(seen: Seen) -> None:
    assert sorted(seen["sent"]) == ["1", "2", "2", "2"]
    assert "silence.wav (19 MB) was not sent to its end" in seen["row"]  # in a tab that knows nothing of the file
    assert seen["words"].startswith("No words were found in")
    assert seen["left"] == "{}"


def test_hours_of_words_stay_light(seen: Seen) -> None:
    assert seen["nodes"] < 10_000
    assert seen["ticks"] < 16  # milliseconds, the median; a frame
    assert "The audio was kept for 5 days." in seen["gone"]
    assert seen["disabled"]
    assert """-d '{"url":"https://example.org/hours.mp3"}'""" in seen["same"]
    assert "/v1/listen?redact=pci&smart_format=true&name=hours.mp3'" in seen["same"]
    assert "Authorization" not in seen["same"]  # this deployment needs no key
    assert seen["again"] == ["https://example.org/hours.mp3", "redact=pci", "plain"]


def test_arabic_is_read_from_right_to_left(seen: Seen) -> None:
    assert seen["direction"] == "rtl"
    assert seen["right"]
    assert [word.strip() for word in seen["marked"]] == [seen["first"]]


def test_long_words_and_lists_are_not_cut_off(seen: Seen) -> None:
    assert seen["cut"] == []
    assert seen["keys"]
    assert 0 <= seen["top"] < 800  # pixels of the window: in sight


def test_slow_line_is_shown(seen: Seen) -> None:
    assert "Loading …" in seen["loading"]
    assert "Loading" not in seen["loaded"]
    assert re.search(r" of 113 KB · \d+ KB/s · ", seen["facts"])


def test_focus_stays_in_lists_that_are_drawn_anew(seen: Seen) -> None:
    assert seen["found"] == [
        "call 2.mp3",
        "call 2.mp3",
        "Choose call 2.mp3",
        "call 3.mp3",
        "Clear: dropped.flac",
    ]


def test_trouble_of_the_api_is_shown_and_ends(seen: Seen) -> None:
    assert "Nothing yet." in seen["after"]
    assert "went wrong" not in seen["after"]


def test_record_becomes_a_job_that_plays(seen: Seen) -> None:
    assert seen["name"].startswith("recording 20")


def test_edits_and_names_are_in_what_is_saved(seen: Seen) -> None:
    assert "Hello!" not in seen["before"]
    assert "Hello! " in seen["after"]
    assert seen["changed"] == 1
    assert "Hello! " in seen["text"]
    assert "Hello! " in seen["vtt"]
    if seen["named"]:  # the local cloud has the model that tells speakers apart, where its package can be had
        assert "Elinor: Hello!" in seen["text"]
        assert "<v Elinor>" in seen["vtt"]
        assert "Elinor" in seen["after"]


def test_tabs_that_edit_at_once_lose_nothing(seen: Seen) -> None:
    assert seen["replies"][0] == "Saved: 1 paragraph changed"
    assert seen["replies"][1].startswith("Saved: 2 paragraphs changed. It is changed in another tab")
    assert "This was changed elsewhere meanwhile" in seen["replies"][2]
    assert "Too late." in seen["kept"]
    assert "First tab." in seen["text"]
    assert "Second tab." in seen["text"]
    assert "Too late." not in seen["text"]


def test_unsaved_paragraphs_are_sent_again_or_undone(seen: Seen) -> None:
    assert seen["twice"][0].startswith("Saved: ")  # no conflict with oneself
    assert "Once. Twice." in seen["twice"][1]
    assert seen["failed"].startswith("Earshot cannot be reached. Your text of this paragraph is not saved: ")
    assert "by itself" not in seen["failed"]
    assert (seen["after"], seen["plays"]) == ("Done", True)
    assert seen["again"][0].startswith("Saved: ")
    assert "Twice. Kept." in seen["again"][1]
    assert "not saved" in seen["hidden"]
    assert seen["undone"][0] == "Undone"
    assert seen["undone"][1].endswith("Kept.")
    assert "Kept." in seen["text"]
    assert "Other." in seen["text"]
    assert "Undone." not in seen["text"]


def test_older_jobs_stay_when_the_first_page_is_empty(seen: Seen) -> None:
    assert seen == {"rows": 3, "chosen": 1}


def test_unanswered_polls_go_on(seen: Seen) -> None:
    assert seen["banners"] == ["Earshot cannot be reached. This page tries again by itself."] * 3
    assert "Fetching the list" not in "".join(seen["lists"])
    assert "There is no such job" in seen["lists"][2]


def test_alert_stays_until_it_is_closed(seen: Seen) -> None:
    assert seen["stays"]
    assert seen["role"] == "The sample cannot be fetched."
    assert seen["violations"] == []
    assert (seen["closed"], seen["focused"]) == (True, "main")
    assert (seen["retried"], seen["left"]) == (True, True)


def test_elsewhere_deleted_jobs_leave_the_list(seen: Seen) -> None:
    assert len(seen["left"]) == 1
    assert seen["max"] == 1  # looks at a time
    assert seen["odd"] == "There is no such job"
    assert seen["sheets"] == [1, 0]  # the browser's button "back" leaves a sheet with its screen
    assert seen["problem"] == "Something went wrong on our side."


def test_share_is_read_without_a_key_and_withdrawn(seen: Seen) -> None:
    assert seen["text"] == seen["own"]
    assert "Hello! " in seen["vtt"]  # with the corrections
    assert not {"Edit", "Share", "Delete", "Jobs", "New"} & set(seen["buttons"])
    assert not [address for address in seen["addresses"] if seen["secret"] in address]  # no log has it
    assert "ended" in seen["ended"]


def test_try_it_sends_to_the_deployment_itself(seen: Seen) -> None:
    assert '"canonical_name"' in seen["answer"]
    assert seen["styled"] != "none"


def test_jobs_are_filtered_saved_and_deleted(seen: Seen) -> None:
    assert "No job is like that." in seen["none"]
    assert seen["filtered"] == 1
    archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(seen["zip"])))
    assert archive.testzip() is None
    assert {Path(name).suffix for name in archive.namelist()} == {".txt", ".srt", ".vtt", ".json"}
    assert (seen["left"], len(seen["dialogs"])) == (0, 1)


def test_screens_suit_everybody_and_every_width(seen: Seen) -> None:
    assert seen["found"] == []
    assert seen["wide"] == []
    assert "1 h 13 min of 2 h 58 min" in seen["seconds"][0]
    assert "A worker is starting" in seen["seconds"][1]
    assert "usually 1 min 40 s" in seen["seconds"][1]


def test_key_sheet_keeps_what_was_dropped(page_config: Seen, keyed: str, say: Callable[[str], None]) -> None:
    """The last one: `keyed` requires a key until the module ends."""
    seen = checked(drive_page(["key"], page_config | {"known_key": keyed}, say)["key"])

    assert "This key is not accepted. Was it copied whole?" in seen["refused"]
    assert "Authorization" not in seen["refused"]
    assert WELCOME in seen["text"]
    assert seen["stored"] is None  # on the device only when that is asked for
    assert keyed not in seen["address"]
    assert (seen["read"], seen["sheets"]) == (seen["text"], 0)  # by a link, without a key
