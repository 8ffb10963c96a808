"""Whisper models on the Hugging Face Hub: well-known ones by name, any other as owner/repo."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from earshot_cli.console import stderr
from earshot_cli.errors import CliError, Status
from earshot_cli.extras import missing_extra

OWNER_AND_REPO = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True)
class Repository:
    """A repository of the hub, at a commit where its files cannot change any more."""

    id: str
    revision: str | None = None  # commit; None: the newest


# Conversions of OpenAI's Whisper for CTranslate2, float16, under faster-whisper's names.
WELL_KNOWN = {
    "tiny": Repository("Systran/faster-whisper-tiny", "d90ca5fe260221311c53c58e660288d3deb8d356"),
    "tiny.en": Repository("Systran/faster-whisper-tiny.en"),
    "base": Repository("Systran/faster-whisper-base", "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66"),
    "base.en": Repository("Systran/faster-whisper-base.en"),
    "small": Repository("Systran/faster-whisper-small", "536b0662742c02347bc0e980a01041f333bce120"),
    "small.en": Repository("Systran/faster-whisper-small.en"),
    "medium": Repository("Systran/faster-whisper-medium", "08e178d48790749d25932bbc082711ddcfdfbc4f"),
    "medium.en": Repository("Systran/faster-whisper-medium.en"),
    "large-v2": Repository("Systran/faster-whisper-large-v2", "f0fe81560cb8b68660e564f55dd99207059c092e"),
    "large-v3": Repository("Systran/faster-whisper-large-v3", "edaa852ec7e145841d8ffdb056a99866b5f0a478"),
    "large-v3-turbo": Repository(
        "mobiuslabsgmbh/faster-whisper-large-v3-turbo", "0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf"
    ),
    "distil-large-v3": Repository("Systran/faster-distil-whisper-large-v3"),
}


def download(repository: Repository, files: list[str]) -> Path:
    """Download those of `files` that the repository has; files of an earlier download are used again.

    Returns:
        The folder that contains them.

    Raises:
        CliError: the repository does not exist or is not public, the hub does not answer, or the extra `hub` is not
            installed.
    """
    try:
        import httpx2  # huggingface_hub's own
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError
    except ImportError:
        raise missing_extra("hub", "Models of the Hugging Face Hub") from None

    stderr.print(f"Downloading {repository.id} …", markup=False)
    try:
        return Path(snapshot_download(repository.id, revision=repository.revision, allow_patterns=files))
    except RepositoryNotFoundError:
        raise CliError(
            f"The hub has no public model {repository.id}. If it is private or gated, set HF_TOKEN."
        ) from None
    except (LocalEntryNotFoundError, HfHubHTTPError, httpx2.HTTPError, OSError) as error:
        raise CliError(
            f"{repository.id} cannot be downloaded from the hub: {str(error).splitlines()[0]} Try again: finished "
            "files are kept. Or download its files elsewhere and name the folder that contains them.",
            Status.UNREACHABLE,
        ) from None
