"""Speakers requested of a deployment that has the model for them, and of one that has not."""

from __future__ import annotations

import pytest

from earshot_contract.documents.shards import SpeakerOptions
from functions.errors import ApiError
from functions.options.options import Options
from functions.speech_models.speakers import no_speakers_warning, speaker_options


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", None),
        ("diarize=false", None),
        ("diarize_version=latest", None),
        ("diarize=true", SpeakerOptions("speakers")),
        ("diarize_model=latest", SpeakerOptions("speakers")),
        ("num_speakers=3", SpeakerOptions("speakers", 3, 3)),
        ("diarize=true&min_speakers=2&max_speakers=5", SpeakerOptions("speakers", 2, 5)),
    ],
)
def test_worker_gets_what_the_options_mean(query: str, expected: SpeakerOptions | None) -> None:
    options = Options.from_query(query)

    assert speaker_options(options, available=True) == expected
    assert speaker_options(Options.from_stored(options.to_stored(), query), available=True) == expected


@pytest.mark.parametrize("query", ["diarize_model=v2", "num_speakers=2", "diarize=true&max_speakers=4"])
def test_without_model_explicit_request_is_refused_with_command(query: str) -> None:
    with pytest.raises(ApiError, match="earshot model add speakers") as refused:
        speaker_options(Options.from_query(query), available=False)

    assert refused.value.failure.status == 400


def test_without_model_diarize_true_is_ignored_with_command() -> None:
    options = Options.from_query("diarize=true")

    assert speaker_options(options, available=False) is None
    (warning,) = no_speakers_warning(options)
    assert (warning["parameter"], warning["type"]) == ("diarize", "unsupported_parameter")
    assert "earshot model add speakers" in warning["message"]
    assert no_speakers_warning(Options.from_query("diarize=false")) == []
