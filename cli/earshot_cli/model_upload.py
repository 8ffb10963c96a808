"""Models of a deployment: files into its models bucket, the manifest last."""

from __future__ import annotations

import os
from pathlib import Path

from rich.table import Table

from earshot_cli import huggingface_hub
from earshot_cli.errors import Problem, Status
from earshot_cli.progress_bars import Bars
from earshot_cli.transcribe import complaints
from earshot_contract.keys import model_file_key
from earshot_contract.manifest import PLAIN_NAME, WEIGHTS, Manifest
from functions.aws import model_bucket
from functions.aws.clients import client

NEEDED = (WEIGHTS, "config.json", "tokenizer.json")
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")  # CTranslate2 reads either
FILES = [*NEEDED, *VOCABULARIES, "preprocessor_config.json"]
KIND = b"\x0c\x00WhisperSpec\x00"  # follows the format's number, four bytes, in every model.bin of a Whisper


def add(given: str, name: str | None, bucket: str) -> Manifest:
    """Let the deployment hold the model that `given` means: a well-known name, a folder, an owner/repo of the hub.

    Whatever ends it early leaves no manifest, and so nothing that anybody is offered. Raises Problem.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    where, own_name = _meant(given)
    name = _plain(name or own_name)
    folder = huggingface_hub.download(where, FILES) if isinstance(where, huggingface_hub.Repository) else where
    manifest = Manifest.from_files(name, _files(folder))
    try:
        there = next((held for held in model_bucket.manifests(bucket) if held.name.lower() == name.lower()), None)
        if there is None:
            _send(folder, manifest, bucket)
            model_bucket.put_manifest(bucket, manifest)
        elif there != manifest:
            raise Problem(
                f"The deployment holds another model {there.name}, which jobs may be running with. Choose "
                "another name with --name."
            )
    except (BotoCoreError, ClientError) as error:
        raise Problem(f"The model could not be put into the bucket {bucket}: {error}") from None
    return manifest


def table(bucket: str) -> Table:
    """What the deployment holds."""
    from botocore.exceptions import BotoCoreError, ClientError

    lines = Table(box=None, pad_edge=False, header_style="bold")
    for column, side in {"model": "left", "size": "right", "SHA-256 of the weights": "left"}.items():
        lines.add_column(column, no_wrap=True, justify=side)  # type: ignore[arg-type]
    try:
        for manifest in model_bucket.manifests(bucket):
            size = sum(file.size for file in manifest.files.values())
            lines.add_row(manifest.name, f"{size / 1e6:,.0f} MB", manifest.files[WEIGHTS].sha256)
    except (BotoCoreError, ClientError) as error:
        raise Problem(f"The bucket {bucket} cannot be read: {error}") from None
    return lines


def _meant(given: str) -> tuple[huggingface_hub.Repository | Path, str]:
    """Where the model is, and the name it has unless people give it another. `./base` is a folder."""
    if given in huggingface_hub.KNOWN:
        return huggingface_hub.KNOWN[given], given
    folder = Path(given).expanduser()
    if folder.is_dir():
        return folder, folder.resolve().name
    if huggingface_hub.OWNER_AND_REPO.fullmatch(given):
        return huggingface_hub.Repository(given), given.partition("/")[2].removeprefix("faster-").removeprefix(
            "whisper-"
        )
    raise Problem(
        f"{given} is no folder here, no owner/repo of the hub, and none of the models that are known by name: "
        f"{', '.join(huggingface_hub.KNOWN)}.",
        Status.USAGE,
    )


def _plain(name: str) -> str:
    if not PLAIN_NAME.fullmatch(name):
        raise Problem(
            f"{name} is no name for a model: give it another with --name, of letters, digits and ._- alone.",
            Status.USAGE,
        )
    return name


def _files(folder: Path) -> list[Path]:
    """Of a CTranslate2 Whisper folder, those that a worker reads."""
    found = [path for name in FILES if (path := folder / name).is_file()]
    names = {path.name for path in found}
    missing = [name for name in NEEDED if name not in names]
    if not names.intersection(VOCABULARIES):
        missing.append(" or ".join(VOCABULARIES))
    if missing:
        raise Problem(
            f"{folder} is not a Whisper model for CTranslate2: it has no {', no '.join(missing)}. "
            "`ct2-transformers-converter --copy_files tokenizer.json preprocessor_config.json …` makes one.",
            Status.USAGE,
        )
    with (folder / WEIGHTS).open("rb") as weights:
        if weights.read(4 + len(KIND))[4:] != KIND:
            raise Problem(
                f"{folder / WEIGHTS} does not begin as the weights of a Whisper model for CTranslate2 do. "
                "If it came with git, fetch what it stands for: git lfs pull.",
                Status.USAGE,
            )
    return found


def _send(folder: Path, manifest: Manifest, bucket: str) -> None:
    """Every file at once, large ones in parallel parts; Ctrl-C takes back those that are under way."""
    from boto3.s3.transfer import ProgressCallbackInvoker
    from s3transfer.manager import TransferManager

    with Bars(complaints) as bars, TransferManager(client("s3")) as transfers:
        sent = []
        for name, file in manifest.files.items():
            bar = bars.add(name)
            bar.sending(file.size)
            key = model_file_key(manifest.name, name)
            told = [ProgressCallbackInvoker(bar.sent)]
            sent.append((bar, transfers.upload(os.fspath(folder / name), bucket, key, subscribers=told)))
        for bar, transfer in sent:
            transfer.result()
            bar.end("done")
