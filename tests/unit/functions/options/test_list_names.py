"""Names of lists as programs write them: `name`, `name[]`, and with an index, as PHP writes them."""

from __future__ import annotations

import pytest

from functions.errors import ApiError
from functions.jobs.redaction import without_secrets
from functions.options.options import Options
from functions.options.query_string import misplaced_warnings
from tests.fixtures.rows import each_row


@each_row("names", [("{0}", "{0}"), ("{0}[]", "{0}[]"), ("{0}[0]", "{0}[1]"), ("{0}%5B0%5D", "{0}%5b1%5d")])
def test_list_is_read_however_its_name_is_written(names):
    first, second = (name.format("keywords") for name in names)
    options = Options.from_query(f"{first}=Earshot&{second}=bucket&{names[0].format('redact')}=pci")

    assert options.keywords == ["Earshot", "bucket"]
    assert options.redact
    assert options.warnings == []


def test_index_hides_no_secret_and_no_mistake():
    assert "secret" not in without_secrets("callback%5B0%5D=https%3A%2F%2Fhook.example%2Fsecret")
    with pytest.raises(ApiError):
        misplaced_warnings({"redact[0]": "pci"})
    (found,) = Options.from_query("punctaute[0]=true").warnings
    assert "punctuate was probably meant" in found["message"]


@each_row(
    ("query", "advice"),
    [
        ("utt_split=0,8", "its decimal mark is a point, 0.8"),
        ("temperature=,5", "its decimal mark is a point, .5"),
        ("sample_rate=16,000", "'16,000' is not an integer: write it without a comma."),
        ("utt_split=a,8", "'a,8' is not a number."),
    ],
)
def test_decimal_comma_is_named(query, advice):
    with pytest.raises(ApiError) as caught:
        Options.from_query(query)

    assert advice in caught.value.failure.err_msg
