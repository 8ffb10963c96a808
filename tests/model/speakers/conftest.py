"""The real speaker model, alone and beside Whisper in an engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from earshot_contract.documents.engine_profile import EngineProfile
from earshot_contract.documents.manifest import EMBEDDING, SPEAKERS, digest
from localcloud.speaker_models.embedded import embedded
from tests.paths import ROOT
from transcriber.engine_protocol import Model
from transcriber.hardware import configure_process
from transcriber.speakers.model import SpeakerModel, SpeakerModels
from transcriber.whisper.engine import BatchingEngine


@pytest.fixture(scope="session")
def speaker_files() -> Model:
    directory = embedded(ROOT / ".cache" / "models")
    return Model(SPEAKERS, directory, digest(directory / EMBEDDING), SPEAKERS)


@pytest.fixture(scope="session")
def speaker_model(speaker_files: Model) -> SpeakerModel:
    return SpeakerModel.load(speaker_files)


@pytest.fixture
def engine(model: Model, speaker_files: Model) -> Iterator[BatchingEngine]:
    """Whisper with the profile `fast`, and beside it the model of speakers, which knows no profiles."""
    settings = replace(configure_process(), profile=EngineProfile.FAST)
    engine = BatchingEngine(model, settings, SpeakerModels(lambda name: speaker_files))
    yield engine
    engine.close()
