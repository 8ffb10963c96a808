"""Engine registry: which engine runs a model, by the family in the model's manifest.

To add an engine, add a row to `ENGINES`; see containers/transcriber/README.md.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, cast

from earshot_contract.documents.shards import ShardError
from transcriber.engine_protocol import Engine, Model, ShardFailed
from transcriber.hardware import EngineSettings

if TYPE_CHECKING:  # it imports onnxruntime
    from transcriber.speakers.model import SpeakerModels

EngineFactory = Callable[[Model, EngineSettings, "SpeakerModels | None"], Engine]


def _whisper() -> EngineFactory:
    return cast(EngineFactory, import_module("transcriber.whisper.engine").BatchingEngine)


# Model family → function that imports the engine. Imported when the first model of the family loads: a worker pays
# only for the engine it runs, and `hardware.configure_process` runs before ctranslate2 is imported.
ENGINES: dict[str, Callable[[], EngineFactory]] = {"whisper": _whisper}


def open_engine(model: Model, settings: EngineSettings, speaker_models: SpeakerModels | None = None) -> Engine:
    """Load `model` into the engine of its family.

    Args:
        model: the model's files.
        settings: how the engine uses this machine.
        speaker_models: for shards whose speakers are to be told apart; None: there are no such shards.

    Raises:
        ShardFailed: UNKNOWN_MODEL, no engine is registered for the model's family.
    """
    if model.family not in ENGINES:
        raise ShardFailed(
            ShardError.UNKNOWN_MODEL,
            f"This worker has engines for {', '.join(ENGINES)}; the model {model.name!r} needs {model.family!r}.",
        )
    return ENGINES[model.family]()(model, settings, speaker_models)
