"""The engine registry: the manifest's family decides which engine runs a model."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from earshot_contract.documents.manifest import Manifest
from earshot_contract.documents.shards import ShardError
from tests.fixtures.engines.echo_engine import EchoEngine
from transcriber import engine_registry
from transcriber.engine_protocol import Model, ShardFailed
from transcriber.engine_registry import open_engine
from transcriber.hardware import resolve_settings
from transcriber.worker.caches import model_files
from transcriber.worker.caches.loaded_engines import LoadedEngines
from transcriber.worker.caches.model_files import ModelFiles


@dataclass(frozen=True)
class FamilyManifest(Manifest):
    family: str = "whisper"


def put_model(account: Any, name: str, **members: str) -> None:
    account.put_model(name, {"model.bin": b"weights"}, {"model.bin": hashlib.sha256(b"weights").hexdigest()}, **members)


def test_model_without_family_needs_whisper(account: Any, tmp_path: Path) -> None:
    put_model(account, "small")

    assert ModelFiles(account.clients.s3, "models", tmp_path).find("small").family == "whisper"


def test_family_of_manifest_chooses_engine(account: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_files, "Manifest", FamilyManifest)
    monkeypatch.setitem(engine_registry.ENGINES, "echo", lambda: EchoEngine)
    put_model(account, "parrot", family="echo")
    models = ModelFiles(account.clients.s3, "models", tmp_path)

    engine = LoadedEngines(models.find, lambda model: open_engine(model, resolve_settings({}))).acquire("parrot")

    assert isinstance(engine, EchoEngine)
    assert engine.model.name == "parrot"


def test_unknown_family_raises_unknown_model() -> None:
    with pytest.raises(ShardFailed) as raised:
        open_engine(Model("x", Path(), "0" * 64, "parakeet"), resolve_settings({}))

    assert raised.value.error == ShardError.UNKNOWN_MODEL
    assert raised.value.message == "This worker has engines for whisper; the model 'x' needs 'parakeet'."


@pytest.mark.slow
def test_registry_imports_no_engine() -> None:
    """`configure_process` must run before ctranslate2 is imported."""
    program = "import sys, transcriber.worker.loop; sys.exit('ctranslate2' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
