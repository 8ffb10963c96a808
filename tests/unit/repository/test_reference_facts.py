"""Facts of the reference pages that are written by hand: the table's items, the prefixes of keys, retried statuses."""

from __future__ import annotations

import re

from earshot_contract import keys
from functions.network import download
from tests.paths import ROOT

REFERENCE = ROOT / "docs" / "reference"


def test_page_of_the_table_names_every_kind_of_item() -> None:
    page = (REFERENCE / "s3-and-dynamodb.md").read_text("utf-8")
    code = (ROOT / "events" / "earshot_contract" / "keys.py").read_text("utf-8")
    prefixes = set(re.findall(r'"([A-Z]+#)', code))

    assert prefixes >= {keys.JOB_PK_PREFIX, keys.SLOT_PK_PREFIX, "SLOW#"}
    assert {prefix for prefix in prefixes if f"| `{prefix}" not in page} == set()
    assert f"| `{keys.FLEET_PK}` |" in page


def test_page_of_s3_names_every_object_of_a_job() -> None:
    page = (REFERENCE / "s3-and-dynamodb.md").read_text("utf-8")
    objects = [keys.body_key, keys.known_speakers_key, keys.plan_key, keys.fingerprint_key, keys.redacted_audio_key]

    assert [each.__name__ for each in objects if f"| `{each('{id}')}` |" not in page] == []


def test_page_of_limits_names_the_statuses_that_are_retried() -> None:
    row = next(line for line in (REFERENCE / "limits.md").read_text("utf-8").splitlines() if "tries of a URL" in line)
    named: set[int] = set()
    for first, last in re.findall(r"\b(\d{3})(?: to (\d{3}))?", row.split("|")[2]):
        named |= set(range(int(first), int(last or first) + 1))

    assert named == set(download._RETRIED)
