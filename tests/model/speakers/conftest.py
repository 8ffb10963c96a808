"""The real speaker model, and a made conversation."""

from __future__ import annotations

import pytest

from earshot_contract.manifest import EMBEDDING, SPEAKERS, digest
from localcloud.speaker_models.embedded import embedded
from tests.paths import ROOT
from transcriber.engine_protocol import Model
from transcriber.speakers.model import SpeakerModel


@pytest.fixture(scope="session")
def speaker_files() -> Model:
    directory = embedded(ROOT / ".cache" / "models")
    return Model(SPEAKERS, directory, digest(directory / EMBEDDING), SPEAKERS)


@pytest.fixture(scope="session")
def speaker_model(speaker_files: Model) -> SpeakerModel:
    return SpeakerModel.load(speaker_files)
