"""`earshot model add`: upload a model's files to the deployment's models bucket, its manifest last."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from earshot_cli.aws.clients import aws_errors, client
from earshot_cli.console import stderr
from earshot_cli.errors import CliError, Status
from earshot_cli.extras import missing_extra
from earshot_cli.models import huggingface_hub
from earshot_cli.models.bucket import put_manifest, read_models
from earshot_cli.models.int8_weights import write_int8
from earshot_cli.models.progress_bars import ProgressBars
from earshot_contract.documents.manifest import (
    EMBEDDING,
    INT8_WEIGHTS,
    PLAIN_NAME,
    SPEAKERS,
    WEIGHTS,
    Int8Weights,
    Manifest,
    required_files,
)
from earshot_contract.keys import model_file_key

VOCABULARY_FILES = ("vocabulary.json", "vocabulary.txt")  # CTranslate2 reads either
REQUIRED_FILES = (WEIGHTS, "config.json", "tokenizer.json")
MODEL_FILES = [*REQUIRED_FILES, *VOCABULARY_FILES, "preprocessor_config.json"]  # the files that a worker reads

# CTranslate2's name of a Whisper model: in model.bin, after the four bytes of the format's version.
_WHISPER_SPEC = b"\x0c\x00WhisperSpec\x00"
_VERSION_BYTES = 4


def add(model: str, name: str | None, bucket: str) -> Manifest:
    """Upload a model to a deployment.

    The manifest is written last: an upload that ends early leaves none, and the deployment does not offer the model.

    Args:
        model: a well-known name, `speakers`, a folder, or owner/repo of the Hugging Face Hub.
        name: under which callers request it; None: derived from `model`.
        bucket: the deployment's models bucket.

    Raises:
        CliError: `model` is none of the three or is not a Whisper model for CTranslate2, the deployment has another
            model of that name, or a download or the upload failed.
    """
    source, default_name = _resolve(model)
    name = _checked_name(name or default_name)
    if (name == SPEAKERS) != (default_name == SPEAKERS):
        raise CliError(
            f"The name {SPEAKERS} is that of the model that tells speakers apart, and no other.", Status.USAGE
        )
    s3 = client("s3")  # before a long download: a missing extra is reported at once
    folder = source if isinstance(source, Path) else huggingface_hub.download(source, MODEL_FILES)
    if name == SPEAKERS:
        manifest = Manifest.from_files(name, _speaker_files(folder), family=SPEAKERS)
    else:
        manifest = Manifest.from_files(name, _model_files(folder))
    with aws_errors(f"The model could not be uploaded to the bucket {bucket}"):
        models, _ = read_models(s3, bucket)
        existing = next((other for other in models if other.name.lower() == name.lower()), None)
        if existing is not None and replace(existing, int8=None) != manifest:
            raise CliError(
                f"The deployment has another model {existing.name}, which jobs may be using. Choose another name "
                "with --name."
            )
        if existing is not None and (existing.int8 or not _has_weights(s3, bucket, existing.name)):
            return existing
        # A model of an earlier release gets its int8 weights.
        paths = {} if existing else {file: folder / file for file in manifest.files}
        with tempfile.TemporaryDirectory() as temporary:
            if name != SPEAKERS and (int8 := _int8_weights(folder, Path(temporary))):
                manifest = replace(manifest, int8=int8)
                paths[INT8_WEIGHTS] = Path(temporary) / INT8_WEIGHTS
            if paths:
                _upload_files(s3, name, paths, bucket)
                put_manifest(s3, bucket, manifest)
    return manifest


def _has_weights(s3: Any, bucket: str, model: str) -> bool:
    """Return whether the bucket has a model's weights. Speaker models have none; workers may have others on disk."""
    return "Contents" in s3.list_objects_v2(Bucket=bucket, Prefix=model_file_key(model, WEIGHTS))


def _int8_weights(folder: Path, target: Path) -> Int8Weights | None:
    """Write the weights for workers without a GPU; return None where the weights cannot be read."""
    stderr.print("Making int8 weights for workers without a GPU …", markup=False)
    try:
        return write_int8(folder / WEIGHTS, target / INT8_WEIGHTS)
    except ImportError:
        raise missing_extra("admin", "The weights of a model for workers without a GPU") from None
    except OSError as error:  # a full disk
        raise CliError(f"The int8 weights cannot be written into {target}: {error.strerror}.") from None


def _resolve(model: str) -> tuple[huggingface_hub.Repository | Path, str]:
    """Find the model, and the name it has unless --name sets another. `./base` is a folder, `base` a known name."""
    if model == SPEAKERS:
        return _embedded_speakers(), SPEAKERS
    if model in huggingface_hub.WELL_KNOWN:
        return huggingface_hub.WELL_KNOWN[model], model
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder, SPEAKERS if (folder / EMBEDDING).is_file() else folder.resolve().name
    if huggingface_hub.OWNER_AND_REPO.fullmatch(model):
        repository_name = model.partition("/")[2]
        return huggingface_hub.Repository(model), repository_name.removeprefix("faster-").removeprefix("whisper-")
    raise CliError(
        f"{model} is not a folder, not an owner/repo of the Hugging Face Hub, and not one of the well-known models: "
        f"{', '.join([*huggingface_hub.WELL_KNOWN, SPEAKERS])}.",
        Status.USAGE,
    )


def _embedded_speakers() -> Path:
    """Make the model that tells speakers apart, or find it; raise CliError outside a clone, or if that fails."""
    try:
        from localcloud.cloud import MODELS
        from localcloud.embedded_model import CorruptModel
        from localcloud.speaker_models.embedded import MissingPackage, embedded
    except ModuleNotFoundError:
        raise CliError(
            f"`earshot model add {SPEAKERS}` runs from a clone of the repository, after `make install`.", Status.USAGE
        ) from None
    try:
        return embedded(MODELS, lambda stage: stderr.print(stage, markup=False))
    except (MissingPackage, CorruptModel) as error:
        raise CliError(str(error)) from None


def _speaker_files(folder: Path) -> list[Path]:
    """List the files of a folder with the model that tells speakers apart; raises CliError if one is missing."""
    if missing := [name for name in required_files(SPEAKERS) if not (folder / name).is_file()]:
        raise CliError(f"{folder} has no {', no '.join(missing)}.", Status.USAGE)
    return sorted(path for path in folder.iterdir() if path.is_file())


def _checked_name(name: str) -> str:
    if not PLAIN_NAME.fullmatch(name):
        raise CliError(
            f"{name} is not a valid name for a model. Choose another with --name: letters, digits and ._- only.",
            Status.USAGE,
        )
    return name


def _model_files(folder: Path) -> list[Path]:
    """List the files in `folder` that a worker reads; raises CliError if it is not a CTranslate2 Whisper model."""
    found = [path for name in MODEL_FILES if (path := folder / name).is_file()]
    names = {path.name for path in found}
    missing = [name for name in REQUIRED_FILES if name not in names]
    if not names.intersection(VOCABULARY_FILES):
        missing.append(" or ".join(VOCABULARY_FILES))
    if missing:
        raise CliError(
            f"{folder} is not a Whisper model for CTranslate2: it has no {', no '.join(missing)}. "
            "`ct2-transformers-converter --copy_files tokenizer.json preprocessor_config.json …` makes one.",
            Status.USAGE,
        )
    with (folder / WEIGHTS).open("rb") as weights:
        weights.seek(_VERSION_BYTES)
        if weights.read(len(_WHISPER_SPEC)) != _WHISPER_SPEC:
            raise CliError(
                f"{folder / WEIGHTS} does not begin like the weights of a Whisper model for CTranslate2. "
                "If it is a Git LFS pointer, download the file itself: git lfs pull.",
                Status.USAGE,
            )
    return found


def _upload_files(s3: Any, model: str, paths: dict[str, Path], bucket: str) -> None:
    """Upload all files at once, large ones in parallel parts; Ctrl-C aborts the uploads in progress."""
    from boto3.s3.transfer import ProgressCallbackInvoker
    from s3transfer.manager import TransferManager

    with ProgressBars(stderr) as bars, TransferManager(s3) as transfers:
        uploads = []
        for name, path in paths.items():
            bar = bars.add(name)
            bar.start_sending(path.stat().st_size)
            subscribers = [ProgressCallbackInvoker(bar.add_sent)]
            upload = transfers.upload(os.fspath(path), bucket, model_file_key(model, name), subscribers=subscribers)
            uploads.append((bar, upload))
        for bar, upload in uploads:
            upload.result()
            bar.end("done")
