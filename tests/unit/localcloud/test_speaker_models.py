"""The speaker model's package: its checkpoints are read without running anything in them, and it may be missing."""

from __future__ import annotations

import hashlib
import io
import pickle
import sys
import types
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from localcloud.embedded_model import CorruptModel
from localcloud.speaker_models import embedded
from localcloud.speaker_models.checkpoint import read_checkpoint

WEIGHTS = np.arange(6, dtype=np.float32).reshape(2, 3)


class FloatStorage:
    """PyTorch's class of that name, for the pickle to refer to."""


def _rebuild_tensor_v2(*_: Any) -> None:
    """PyTorch's function of that name, for the pickle to refer to."""


class Tensor:
    def __init__(self, storage: object, offset: int, size: tuple[int, ...], stride: tuple[int, ...]) -> None:
        self.parts = (storage, offset, size, stride, False, OrderedDict())

    def __reduce__(self) -> Any:
        return _rebuild_tensor_v2, self.parts


class Storage:
    """A storage of six numbers, which PyTorch pickles as a reference."""


class TorchPickler(pickle.Pickler):
    def persistent_id(self, obj: object) -> Any:
        return ("storage", FloatStorage, "0", "cpu", 6) if isinstance(obj, Storage) else None


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules under whose names PyTorch pickles its classes."""
    for name, member in (("torch", FloatStorage), ("torch._utils", _rebuild_tensor_v2)):
        module = types.ModuleType(name)
        setattr(module, member.__name__, member)
        monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setattr(member, "__module__", name)


def checkpoint(content: object) -> bytes:
    pickled, file = io.BytesIO(), io.BytesIO()
    TorchPickler(pickled, 2).dump(content)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", pickled.getvalue())
        archive.writestr("archive/data/0", WEIGHTS.tobytes())
    return file.getvalue()


def test_tensors_of_a_checkpoint_are_arrays(torch: None) -> None:
    storage = Storage()
    whole, transposed = Tensor(storage, 0, (2, 3), (3, 1)), Tensor(storage, 1, (2, 2), (1, 3))

    found = read_checkpoint(checkpoint({"whole": whole, "transposed": transposed, "epoch": 3}))

    np.testing.assert_array_equal(found["whole"], WEIGHTS)
    np.testing.assert_array_equal(found["transposed"], WEIGHTS[:, 1:].T)
    assert found["epoch"] == 3


@dataclass
class Harmful:
    """Pickled, it is a call that makes a file."""

    path: Path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def test_code_in_a_checkpoint_does_not_run(torch: None, tmp_path: Path) -> None:
    harm = tmp_path / "harm"

    read_checkpoint(checkpoint({"callback": Harmful(harm)}))

    assert not harm.exists()
    pickle.loads(pickle.dumps(Harmful(harm)))
    assert harm.exists(), "elsewhere it does run"


def test_cloud_starts_without_the_speaker_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: Any) -> Path:
        raise embedded.MissingPackage("The package cannot be downloaded.")

    monkeypatch.setattr(embedded, "embedded", missing)
    stages: list[str] = []

    assert embedded.available_manifests(Path(), stages.append) == []
    assert stages == ["The package cannot be downloaded. Speakers are not told apart."]


def test_converted_file_with_wrong_digest_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def convert(_: Path, folder: Path) -> None:
        for name in embedded.FILES:
            (folder / name).write_bytes(b"other")

    monkeypatch.setattr(embedded, "_download", lambda folder: folder)
    monkeypatch.setattr(embedded, "_convert", convert)

    with pytest.raises(CorruptModel, match="SHA-256"):
        embedded.embedded(tmp_path)

    assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")] == []


def test_files_of_an_earlier_conversion_are_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def convert(_: Path, folder: Path) -> None:
        for name in embedded.FILES:
            (folder / name).write_bytes(b"new")

    monkeypatch.setattr(embedded, "FILES", dict.fromkeys(embedded.FILES, hashlib.sha256(b"new").hexdigest()))
    monkeypatch.setattr(embedded, "_download", lambda folder: folder)
    monkeypatch.setattr(embedded, "_convert", convert)
    (tmp_path / "speakers").mkdir()
    for name in embedded.FILES:
        (tmp_path / "speakers" / name).write_bytes(b"earlier")
    stages: list[str] = []

    folder = embedded.embedded(tmp_path, stages.append)
    embedded.embedded(tmp_path, stages.append)

    assert {path.read_bytes() for path in folder.iterdir()} == {b"new"}
    assert len(stages) == 1
