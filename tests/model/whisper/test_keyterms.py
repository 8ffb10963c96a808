"""Keyterms: a name that the model gets wrong without them is right with them; none is written that is not spoken."""

from __future__ import annotations

import pytest

from tests.fixtures.engines.engine_speech import MakeShard, text
from tests.paths import ROOT
from transcriber.whisper.engine import BatchingEngine

SPEECH = ROOT / "tests" / "fixtures" / "speech"
NAME = "zau al makan"
WITH_NAME, WITHOUT_NAME = SPEECH / "2033-164914-0005.flac", SPEECH / "2414-128291-0009.flac"


@pytest.mark.parametrize(("keyterms", "right"), [(None, False), ("Zau al-Makan", True)])
def test_keyterm_is_written_where_it_is_in_the_audio_alone(
    engine: BatchingEngine, order: MakeShard, keyterms: str | None, right: bool
) -> None:
    with_name, without = transcribed(engine, order, keyterms)

    assert (NAME in with_name) is right, with_name
    assert with_name.startswith("tell me what happened")
    assert not {"zau", "makan"} & set(without.split()), without


def test_keyterms_not_in_the_audio_are_not_written(engine: BatchingEngine, order: MakeShard) -> None:
    for found in transcribed(engine, order, "Kubernetes, Grafana, Szymborska"):
        assert not {"kubernetes", "grafana", "szymborska"} & set(found.split()), found


def transcribed(engine: BatchingEngine, order: MakeShard, keyterms: str | None) -> list[str]:
    orders = [
        (order(language="en", hotwords=keyterms, word_timestamps=False), path) for path in (WITH_NAME, WITHOUT_NAME)
    ]
    return [text(future.result()) for future in [engine.submit(*each) for each in orders]]
