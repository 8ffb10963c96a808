"""Model names: what callers write, what a deployment holds, and what an answer says really ran."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from earshot_contract.manifest import WEIGHTS, Manifest
from functions.errors import bad_request, unknown_model
from functions.settings import settings
from functions.transcripts.languages import LANGUAGES

DEFAULT_NAMES = ("whisper", "whisper-1")  # Deepgram's and OpenAI's way to say "your Whisper"
_NAMESPACE = uuid.UUID("6ba7b814-9dad-11d1-80b4-00c04fd430c8")  # uuid.NAMESPACE_X500: any fixed one serves
# Deepgram's `whisper-large` is large-v2; a deployment that holds a newer one means that.
_LARGE = ("large", "large-v2", "large-v3")
_CANTONESE_SINCE = ("v3", "turbo")  # earlier vocabularies have no token for `yue`


@dataclass(frozen=True)
class Model:
    """A model in the models bucket."""

    name: str  # e.g. "base", "large-v3-turbo"
    sha256: str  # of model.bin

    @classmethod
    def from_manifest(cls, manifest: Manifest) -> Model:
        return cls(manifest.name, manifest.files[WEIGHTS].sha256)

    @property
    def languages(self) -> list[str]:
        if self.name.endswith(".en"):
            return ["en"]
        cantonese = any(mark in self.name for mark in _CANTONESE_SINCE)
        return [code for code in LANGUAGES if code != "yue" or cantonese]


def model_uuid(sha256: str) -> str:
    """Deepgram names models by UUID; the same weights have the same one everywhere."""
    return str(uuid.uuid5(_NAMESPACE, sha256))


def model_info(name: str, sha256: str) -> dict[str, str]:
    """As in `metadata.model_info`: Deepgram calls its own `medium-whisper` and `medium-en-whisper`."""
    return {"name": f"{name.replace('.', '-')}-whisper", "version": sha256[:12], "arch": "whisper"}


def choose(requested: str, language: str | None, available: Sequence[Model], default: str = "") -> Model:
    """The held model that a caller's name means; `default` is what `whisper` is (unset: the setting's).

    Raises:
        ApiError: the deployment does not hold it (with the list of what it does), or it does not speak `language`.
    """
    default = default or settings().default_model
    names = {model.name.lower(): model for model in available}
    found = next((names[name] for name in _candidates(requested, default) if name in names), None)
    if found is None:
        names_here = ", ".join(accepted_names(available))
        raise unknown_model(f"This deployment has no model {requested!r}. It has: {names_here}.")
    if language is not None and language not in found.languages:
        raise bad_request(
            f"Bad Request: No such model/language/tier combination found. Model {found.name!r} does not speak "
            f"{LANGUAGES[language]} ({language})."
        )
    return found


def accepted_names(available: Sequence[Model]) -> list[str]:
    """What a caller may write: `whisper`, and each model by its name."""
    return [DEFAULT_NAMES[0], *(f"whisper-{model.name}" for model in sorted(available, key=lambda model: model.name))]


def _candidates(requested: str, default: str) -> list[str]:
    requested = requested.strip().lower()
    if requested in DEFAULT_NAMES:
        return [default.lower()]
    name = requested.removeprefix("whisper-")
    if name == "large":
        return list(_LARGE)
    # Deepgram spells `medium-en`; the models bucket, like everybody, `medium.en`.
    return [name, f"{name.removesuffix('-en')}.en"] if name.endswith("-en") else [name]
